//! A setting that names no tool, with the reason why it turns them off.

registry_ui::agents! {
    fixture {
        web: { tools: ["web_fetch"], off: [json("~/.fixture/settings.json") { "network": false }] },
        allow: [W005("the source checks `network` before it offers the tool")],
    }
}
