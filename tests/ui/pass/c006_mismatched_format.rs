//! JSON in a file of YAML, in one without an end, and in one with an end of its own.

registry_ui::agents! {
    fixture {
        config: [
            json("~/.fixture/config.yaml") { "model": MODEL },
            json("~/.fixture/whole.yml", owner: Whole) { "model": MODEL },
            json("~/.fixture/settings") { "model": MODEL },
            jsonc("~/.fixture/settings.conf") { "model": MODEL },
            toml("~/.fixture/rc", owner: Whole) { "model": MODEL },
        ],
    }
}
