//! Missing fields, without other errors.

registry_ui::agents! {
    fixture without protocol without launch {}
}
