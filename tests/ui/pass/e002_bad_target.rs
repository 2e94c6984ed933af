//! A mapping to a variable of the agent.

registry_ui::agents! {
    fixture {
        env: { OPENAI_BASE_URL = BASE_URL, OPENAI_API_KEY = API_KEY, FIXTURE_MODE = "acp" },
    }
}
