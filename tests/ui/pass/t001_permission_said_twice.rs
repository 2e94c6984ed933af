//! A permission by a file, a variable, an argument and a mode; the file has another value where tools are to ask.

registry_ui::agents! {
    fixture {
        launch: ["fixture", "acp"],
        config: [json("~/.fixture/settings.json") { "mode": "ask" }],
        permission: [
            argv ["--yolo"],
            env { FIXTURE_TRUST = if root { "1" } },
            json("~/.fixture/settings.json") { "mode": "free" },
            mode("yolo"),
        ],
    }
}
