//! The path of a policy file lacks the slash after the tilde: only C002 is reported.

registry_ui::agents! {
    fixture {
        web: { tools: ["fetch"], off: [json("~fixture/settings.json") { "fetch": false }] },
    }
}
