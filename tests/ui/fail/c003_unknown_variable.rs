//! A file and its condition name variables that nobody fills.

registry_ui::agents! {
    fixture {
        config: [json("~/.fixture/a.json", if set(MODLE)) { "model": MODLE, "port": uint(FIXTURE_PORT) }],
    }
}
