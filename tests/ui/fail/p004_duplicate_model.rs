//! A model is listed twice.

registry_ui::providers! {
    fixture {
        endpoints: { OpenAiCompletions = "https://example.org" },
        auth: ApiKey,
        credential: FIXTURE_API_KEY,
        models: [model("glm-5", context_window: 200000, max_tokens: 131072, reasoning: true, input: ["text"]), model("glm-5")],
    }
}
