//! A missing field is not reported while there are other errors.

registry_ui::agents! {
    fixture without protocol {
        timeout: install(0s),
    }
}
