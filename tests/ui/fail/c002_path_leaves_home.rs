//! Paths lead out of the home folder.

registry_ui::agents! {
    fixture {
        home: [".fixture", "fixture"],
        config: [json("/etc/fixture.json") { "a": 1 }, json("~/../b.json") { "a": 1 }],
        skills: ["$WORKSPACE/skills", "~/.fixture/../skills"],
    }
}
