//! The entry has a web policy.

registry_ui::agents! {
    fixture {}
}
