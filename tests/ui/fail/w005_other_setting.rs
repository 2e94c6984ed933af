//! The policy file does not name a tool.

registry_ui::agents! {
    fixture {
        web: { tools: ["web_fetch", "web_search"], off: [json("~/.fixture/settings.json") { "network": { "enabled": false } }] },
    }
}
