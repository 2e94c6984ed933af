//! A credential for a provider that does not use one.

registry_ui::providers! {
    fixture {
        endpoints: { OpenAiCompletions = "https://example.org" },
        auth: None,
        credential: FIXTURE_API_KEY,
    }
}
