//! A dollar sign that names no variable is a dollar sign.

registry_ui::agents! {
    fixture {
        launch: ["fixture", "--price=$5", "$HOME", "a$"],
        env: { OPENAI_BASE_URL = BASE_URL, OPENAI_API_KEY = API_KEY, OPENAI_MODEL = fmt("{PROVIDER}/{MODEL}"), TEMPLATE = "${name}" },
    }
}
