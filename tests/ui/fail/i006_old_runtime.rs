//! The agent requires a newer Node.js than the pinned one.

registry_ui::agents! {
    fixture {
        requires: node >= 99.1,
    }
}
