//! Credentials in a file, in a variable and in an argument; words that only begin like one are none.

registry_ui::agents! {
    fixture {
        launch: ["fixture", "--key=sk-short", "ghp_16C7e42F292c6912E7710c838347Ae178B4a"],
        env: { FIXTURE_MODEL = MODEL, FIXTURE_KEY = "AIzaSyA1b2C3d4E5" },
        config: [json("~/.fixture/auth.json") { "key": "sk-ant-api03-x1", "task-": "npm_run_something" }],
    }
}
