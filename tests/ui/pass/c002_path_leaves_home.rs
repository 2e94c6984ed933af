//! Paths stay in the home folder.

registry_ui::agents! {
    fixture {
        config: [json("~/.fixture/a.json") { "a": 1 }],
        skills: ["$WORKSPACE/skills", "~/.fixture/skills"],
    }
}
