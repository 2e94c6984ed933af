//! A comma is missing between two fields.

registry_ui::agents! {
    fixture {
        runs: native
        skills: ["~/.fixture/skills"],
    }
}
