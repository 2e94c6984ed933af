//! The key reaches the agent and the base URL does not.

registry_ui::agents! {
    fixture {
        env: { OPENAI_API_KEY = API_KEY },
    }
}
