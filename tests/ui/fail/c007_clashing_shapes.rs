//! A key is an object in one part of a file and another value in another: in both orders, and in a condition.

registry_ui::agents! {
    nulled {
        config: [json("~/.nulled/x.json") { "limits": { "paths": "ask" }, "model": MODEL }],
        permission: [json("~/.nulled/x.json") { "limits": null }],
        home: [".nulled"],
    }
    widened {
        config: [
            json("~/.widened/x.json") { "tools": ["fetch"] },
            json("~/.widened/x.json", if proxy) { "model": MODEL, "tools": { "fetch": false } },
        ],
        home: [".widened"],
    }
}
