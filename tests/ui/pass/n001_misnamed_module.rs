//! The module has the name of its entry.

registry_ui::agents! {
    fixture {}
}
