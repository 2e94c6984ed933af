//! The lowest Node.js is written as another tool has it.

registry_ui::agents! {
    fixture {
        requires: node = "22",
    }
}
