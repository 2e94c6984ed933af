//! The field `home` is misspelt: its policy file is not reported as well.

registry_ui::agents! {
    fixture without home {
        web: { tools: ["fetch"], off: [json("~/.fixture/settings.json") { "fetch": false }] },
        homes: [".fixture"],
    }
}
