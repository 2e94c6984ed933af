//! Two files of one path under conditions that exclude each other.

registry_ui::agents! {
    fixture {
        config: [
            toml("~/.fixture/a.toml", owner: Whole) { "model": MODEL },
            json("~/.fixture/b.json", if direct) { "mode": "x" },
            json("~/.fixture/b.json", if proxy) { "mode": "y" },
        ],
    }
}
