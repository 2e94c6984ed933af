//! The agent gets the key but not the base URL.

registry_ui::agents! {
    fixture {
        env: { OPENAI_API_KEY = API_KEY },
    }
}
