//! A provider without an endpoint, and one whose endpoint is not a URL.

registry_ui::providers! {
    one {
        endpoints: {},
        auth: ApiKey,
        credential: FIXTURE_API_KEY,
    }
    two {
        endpoints: { OpenAiCompletions = "http//example.org", OpenAiCompletions = "https://example.org" },
        auth: ApiKey,
        credential: FIXTURE_API_KEY,
    }
}
