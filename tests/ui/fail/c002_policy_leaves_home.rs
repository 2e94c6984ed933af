//! A policy file is named without the slash after the tilde: C002 alone.

registry_ui::agents! {
    fixture {
        web: { tools: ["fetch"], off: [json("~fixture/settings.json") { "fetch": false }] },
    }
}
