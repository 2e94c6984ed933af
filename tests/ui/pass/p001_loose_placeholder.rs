//! Each placeholder has its parameter.

registry_ui::providers! {
    fixture {
        endpoints: { OpenAiCompletions = "https://{resource}.example.org" },
        parameters: { resource = FIXTURE_RESOURCE or host_of(FIXTURE_ENDPOINT) },
        auth: ApiKey,
        credential: FIXTURE_API_KEY,
    }
}
