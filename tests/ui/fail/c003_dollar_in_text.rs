//! Variables in shell syntax, in an argument and in files.

registry_ui::agents! {
    fixture {
        launch: ["fixture", "--model=$ACP_MODEL"],
        references: "{env:NAME}",
        accepts: [FIXTURE_KEY],
        config: [json("~/.fixture/settings.json") { "url": fmt("${BASE_URL}/v1"), "key": "{env:FIXTURE_KEY}" }],
    }
}
