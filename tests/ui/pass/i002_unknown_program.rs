//! The launch, a companion and a proof name the installed program.

registry_ui::agents! {
    fixture {
        env: { OPENAI_BASE_URL = BASE_URL, OPENAI_API_KEY = API_KEY, FIXTURE_BIN = companion("fixture") },
        proof: [acp, version("fixture", ["--version"], "1.0")],
    }
}
