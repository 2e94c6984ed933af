//! A word of a family is not lower-case, and two providers claim one.

registry_ui::providers! {
    one {
        endpoints: { OpenAiCompletions = "https://example.org" },
        auth: ApiKey,
        credential: FIXTURE_API_KEY,
        families: ["glm", "GLM-X"],
    }
    two {
        endpoints: { OpenAiCompletions = "https://example.com" },
        auth: ApiKey,
        credential: FIXTURE_API_KEY,
        families: ["glm"],
    }
}
