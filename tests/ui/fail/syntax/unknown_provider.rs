//! Providers that do not exist: rustc names the similar ones.

registry_ui::agents! {
    fixture {
        env: { OPENAI_BASE_URL = BASE_URL, OPENAI_API_KEY = API_KEY, X = if provider(ZAII) { "1" } },
        suite: { model: XIAMOI / "mimo-v2.5", usage_tracking: on },
    }
}
