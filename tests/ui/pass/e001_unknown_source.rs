//! A mapping reads a canonical and an accepted variable.

registry_ui::agents! {
    fixture {
        env: { OPENAI_BASE_URL = BASE_URL, OPENAI_API_KEY = API_KEY, X = if set(XIAOMI_REGION) { XIAOMI_REGION } },
        accepts: [XIAOMI_REGION],
    }
}
