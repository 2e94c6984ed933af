//! The agent requires an older Node.js than the pinned one.

registry_ui::agents! {
    fixture {
        requires: node >= 20,
    }
}
