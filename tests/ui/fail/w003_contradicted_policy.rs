//! A file of the same entry turns a tool on again.

registry_ui::agents! {
    fixture {
        web: { tools: ["fetch"], off: [json("~/.fixture/settings.json") { "tools": { "fetch": false } }] },
        config: [json("~/.fixture/settings.json", if proxy) { "model": "x", "tools": { "fetch": true } }],
    }
}
