//! A placeholder without a parameter, and a parameter that no URL uses.

registry_ui::providers! {
    fixture {
        endpoints: { OpenAiCompletions = "https://{resource}.example.org/{version" , OpenAiResponses = "https://{region}.example.org" },
        parameters: { account = FIXTURE_ACCOUNT },
        auth: ApiKey,
        credential: FIXTURE_API_KEY,
    }
}
