//! A misspelt variable of the model: exactly one error is reported.

registry_ui::agents! {
    fixture {
        model: { format: Bare, via: Env, proxy: AsIs },
        env: { OPENAI_BASE_URL = BASE_URL, OPENAI_API_KEY = API_KEY, OPENAI_MODEL = MODLE },
    }
}
