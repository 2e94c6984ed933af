//! The agent gets the base URL but not the key.

registry_ui::agents! {
    fixture {
        env: { OPENAI_BASE_URL = BASE_URL },
    }
}
