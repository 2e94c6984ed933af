//! The module bears the name of its entry.

registry_ui::agents! {
    fixture {}
}
