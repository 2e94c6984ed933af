//! Fields are missing, and nothing else is wrong.

registry_ui::agents! {
    fixture without protocol without launch {}
}
