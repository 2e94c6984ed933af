//! A policy file lies in the home of the agent.

registry_ui::agents! {
    fixture {
        web: { tools: ["fetch"], off: [json("~/.fixture/settings.json") { "fetch": false }] },
    }
}
