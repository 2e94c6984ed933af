//! `launch`, a companion and a proof name programs that are not installed.

registry_ui::agents! {
    fixture {
        launch: ["fixtrue", "acp"],
        env: { OPENAI_BASE_URL = BASE_URL, OPENAI_API_KEY = API_KEY, PI_BIN = companion("pi") },
        proof: [acp, version("fix", ["--version"], "1.0")],
    }
}
