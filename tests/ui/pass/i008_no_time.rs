//! An install has time.

registry_ui::agents! {
    fixture {
        timeout: install(60s),
    }
}
