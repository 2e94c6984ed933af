//! A policy file lies outside the home of the agent.

registry_ui::agents! {
    fixture {
        web: { tools: ["fetch"], off: [json("~/.other/settings.json") { "fetch": false }] },
    }
}
