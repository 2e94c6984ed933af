//! The environment is written like JSON, and like a struct.

registry_ui::agents! {
    fixture {
        env: { "OPENAI_BASE_URL": BASE_URL, OPENAI_API_KEY: API_KEY, "OPENAI_MODEL" = MODEL },
    }
}
