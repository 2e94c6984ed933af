//! Unknown variables in a file and in its condition.

registry_ui::agents! {
    fixture {
        config: [json("~/.fixture/a.json", if set(MODLE)) { "model": MODLE, "port": uint(FIXTURE_PORT) }],
    }
}
