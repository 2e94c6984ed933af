//! A secret is a reference.

registry_ui::agents! {
    fixture {
        references: "{env:NAME}",
        config: [json("~/.fixture/auth.json") { "key": ref(API_KEY) }],
    }
}
