//! A missing field is not told while something else is wrong.

registry_ui::agents! {
    fixture without protocol {
        timeout: install(0s),
    }
}
