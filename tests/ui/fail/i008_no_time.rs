//! An install has no time.

registry_ui::agents! {
    fixture {
        timeout: install(0s),
    }
}
