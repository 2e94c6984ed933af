//! A secret stands in argv, in a readable file, and where references are resolved.

registry_ui::agents! {
    fixture {
        launch: ["fixture", "--key", API_KEY],
        references: "{env:NAME}",
        config: [json("~/.fixture/auth.json", mode: 0o644) { "key": API_KEY }],
    }
}
