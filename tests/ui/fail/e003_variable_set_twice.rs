//! One variable is set twice, in `env` and by the switch of a host.

registry_ui::agents! {
    fixture {
        env: { OPENAI_BASE_URL = BASE_URL, OPENAI_API_KEY = API_KEY, OPENAI_API_KEY = "x", QUIET = "1" },
        hosts: [host("example.org", env { QUIET = "1" })],
    }
}
