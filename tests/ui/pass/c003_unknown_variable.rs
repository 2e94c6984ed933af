//! A file names canonical and accepted variables.

registry_ui::agents! {
    fixture {
        accepts: [FIXTURE_PORT],
        config: [json("~/.fixture/a.json", if set(MODEL)) { "model": MODEL, "port"?: uint(FIXTURE_PORT) }],
    }
}
