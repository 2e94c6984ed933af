//! A null in TOML, a duplicate key, a merge into TOML, and two files that contradict each other.

registry_ui::agents! {
    fixture {
        config: [
            toml("~/.fixture/a.toml") { "model": null, "name": "a", "name": "b" },
            json("~/.fixture/b.json") { "mode": "x" },
            json("~/.fixture/b.json", if proxy) { "mode": "y", "key": ref(API_KEY) },
        ],
    }
}
