//! The entry has no web policy.

registry_ui::agents! {
    fixture without web {}
}
