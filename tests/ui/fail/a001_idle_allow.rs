//! Unused allows, and allows without a reason, of an unknown rule, and of a rule that cannot be allowed.

registry_ui::agents! {
    fixture {
        install: [sh(r#"mkdir -p bin
        "#, bin: "fixture", writes: ["fixture"], needs: [], allow: I003("it is fine"))],
        env: { OPENAI_BASE_URL = BASE_URL },
        allow: [E004(""), X999("why"), C002("why")],
    }
}
