//! A mapping reads unknown variables.

registry_ui::agents! {
    fixture {
        env: { OPENAI_BASE_URL = BASE_ULR, OPENAI_API_KEY = API_KEY, X = if set(XIAOMI_REGION) { "x" } },
    }
}
