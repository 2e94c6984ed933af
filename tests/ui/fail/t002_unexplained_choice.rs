//! A permission without a reason, and an effort without levels.

registry_ui::agents! {
    fixture {
        permission: none(""),
        effort: [],
    }
}
