//! Files whose names promise another format.

registry_ui::agents! {
    fixture {
        config: [
            json("~/.fixture/config.toml") { "model": MODEL },
            json("~/.fixture/config.yaml") { "model": MODEL },
            toml("~/.fixture/config.json", owner: Whole) { "model": MODEL },
        ],
    }
}
