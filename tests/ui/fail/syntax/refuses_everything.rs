//! An empty string in `refuses` matches every model id.

registry_ui::agents! {
    fixture {
        model: { format: Bare, via: SetModel, proxy: AsIs, refuses: ["@", ""] },
        accepts: [FIXTURE_PORT],
        config: [json("~/.fixture/a.json", if set(MODEL)) { "model": MODEL, "port"?: uint(FIXTURE_PORT) }],
    }
}
