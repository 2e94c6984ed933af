//! The file of the policy names no tool at all.

registry_ui::agents! {
    fixture {
        web: { tools: ["web_fetch", "web_search"], off: [json("~/.fixture/settings.json") { "network": { "enabled": false } }] },
    }
}
