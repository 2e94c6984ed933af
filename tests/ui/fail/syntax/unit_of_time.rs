//! A time-out without seconds.

registry_ui::agents! {
    fixture {
        timeout: install(20m),
    }
}
