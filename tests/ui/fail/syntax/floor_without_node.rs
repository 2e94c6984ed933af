//! The lowest Node.js is a number alone.

registry_ui::agents! {
    fixture {
        requires: ">=22",
    }
}
