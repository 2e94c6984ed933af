//! A policy file outside the home folders of the agent.

registry_ui::agents! {
    fixture {
        web: { tools: ["fetch"], off: [json("~/.other/settings.json") { "fetch": false }] },
    }
}
