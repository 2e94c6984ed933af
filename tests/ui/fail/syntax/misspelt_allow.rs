//! The field `allow` is misspelt: what it allows is not reported as well.

registry_ui::agents! {
    fixture {
        env: { OPENAI_BASE_URL = BASE_URL },
        alow: [E004("it takes no key")],
    }
}
