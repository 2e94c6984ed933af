//! A version of three numbers without quotes.

registry_ui::agents! {
    fixture {
        requires: node >= 22.19.0,
    }
}
