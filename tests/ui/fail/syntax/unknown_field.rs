//! Fields that do not exist.

registry_ui::agents! {
    fixture {
        launhc: ["fixture"],
    }
}
