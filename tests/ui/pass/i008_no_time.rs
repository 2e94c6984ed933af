//! The time limit of an install is more than zero.

registry_ui::agents! {
    fixture {
        timeout: install(60s),
    }
}
