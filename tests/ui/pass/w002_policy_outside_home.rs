//! A policy file in a home folder of the agent.

registry_ui::agents! {
    fixture {
        web: { tools: ["fetch"], off: [json("~/.fixture/settings.json") { "fetch": false }] },
    }
}
