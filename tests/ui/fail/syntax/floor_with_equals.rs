//! The lowest Node.js in the syntax of another tool.

registry_ui::agents! {
    fixture {
        requires: node = "22",
    }
}
