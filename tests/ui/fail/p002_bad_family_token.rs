//! A word of a family that is not lower-case, and a word of two providers.

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
