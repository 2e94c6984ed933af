//! What the permission sets is set elsewhere too: an argument, a variable and a key of a file.

registry_ui::agents! {
    fixture {
        launch: ["fixture", "--yolo"],
        env: { FIXTURE_BASE_URL = BASE_URL, FIXTURE_API_KEY = API_KEY, FIXTURE_TRUST = "1" },
        config: [json("~/.fixture/settings.json") { "mode": "free" }],
        permission: [
            argv ["--yolo"],
            env { FIXTURE_TRUST = "1" },
            json("~/.fixture/settings.json") { "mode": "free" },
        ],
    }
}
