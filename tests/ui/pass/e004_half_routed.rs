//! The base URL in a variable, the key in a file.

registry_ui::agents! {
    fixture {
        env: { OPENAI_BASE_URL = BASE_URL },
        config: [json("~/.fixture/auth.json") { "key": API_KEY }],
    }
}
