//! A variable for a provider that takes none.

registry_ui::providers! {
    fixture {
        endpoints: { OpenAiCompletions = "https://example.org" },
        auth: None,
        credential: FIXTURE_API_KEY,
    }
}
