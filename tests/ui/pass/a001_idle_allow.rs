//! An allow that suppresses a violation, with its reason.

registry_ui::agents! {
    fixture {
        env: { OPENAI_BASE_URL = BASE_URL },
        allow: [E004("the endpoint takes no key")],
    }
}
