//! Texts that only begin like a credential, or are too short for one.

registry_ui::agents! {
    fixture {
        launch: ["fixture", "sk-short"],
        config: [json("~/.fixture/settings.json") { "script": "npm_run_build", "theme": "hf_dark_mode" }],
    }
}
