//! Variables in shell syntax, in strings where they are not replaced.

registry_ui::agents! {
    fixture {
        env: { OPENAI_BASE_URL = BASE_URL, OPENAI_API_KEY = API_KEY, OPENAI_MODEL = fmt("${ACP_MODEL}"), FIXTURE_MODEL = "$ACP_MODEL", SMALL_MODEL = "openai/${MODEL}" },
    }
}
