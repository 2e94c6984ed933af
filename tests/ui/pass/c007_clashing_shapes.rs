//! Parts of one file share objects, and replace values that are none.

registry_ui::agents! {
    merged {
        config: [
            json("~/.merged/x.json") { "limits": { "paths": "ask" }, "model": MODEL },
            json("~/.merged/y.json") { "limits": "none" },
            toml("~/.merged/z.toml", owner: Whole) { "limits": "none" },
            toml("~/.merged/w.toml", if proxy, owner: Whole) { "limits": { "paths": "ask" } },
        ],
        permission: [json("~/.merged/x.json") { "limits": { "paths": "all" } }],
        home: [".merged"],
    }
}
