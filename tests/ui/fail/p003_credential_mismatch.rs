//! An API key without its variable.

registry_ui::providers! {
    fixture {
        endpoints: { OpenAiCompletions = "https://example.org" },
        auth: ApiKey,
    }
}
