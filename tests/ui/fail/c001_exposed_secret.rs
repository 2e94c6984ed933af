//! A secret in argv, in a file that others can read, and in a file where references are resolved.

registry_ui::agents! {
    fixture {
        launch: ["fixture", "--key", API_KEY],
        references: "{env:NAME}",
        config: [json("~/.fixture/auth.json", mode: 0o644) { "key": API_KEY }],
    }
}
