//! A dollar sign that is not followed by a variable is plain text.

registry_ui::agents! {
    fixture {
        launch: ["fixture", "--price=$5", "$HOME", "a$"],
        env: { OPENAI_BASE_URL = BASE_URL, OPENAI_API_KEY = API_KEY, OPENAI_MODEL = fmt("{PROVIDER}/{MODEL}"), TEMPLATE = "${name}" },
    }
}
