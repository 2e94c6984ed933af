//! The time limit of an install is zero.

registry_ui::agents! {
    fixture {
        timeout: install(0s),
    }
}
