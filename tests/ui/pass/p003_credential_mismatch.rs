//! Every kind of credential.

registry_ui::providers! {
    one {
        endpoints: { OpenAiCompletions = "" },
        auth: Aws,
        credential: all_of(FIXTURE_TOKEN, [FIXTURE_REGION, FIXTURE_ZONE]),
    }
    two {
        endpoints: { OpenAiCompletions = "https://example.org" },
        auth: Adc,
        credential: file(FIXTURE_JSON, "~/.config/fixture.json", FIXTURE_FILE),
    }
}
