//! The base URL reaches the agent and the key does not.

registry_ui::agents! {
    fixture {
        env: { OPENAI_BASE_URL = BASE_URL },
    }
}
