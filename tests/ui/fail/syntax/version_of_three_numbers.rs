//! A version of three numbers stands without quotes.

registry_ui::agents! {
    fixture {
        requires: node >= 22.19.0,
    }
}
