//! The port of a helper that does not exist.

registry_ui::agents! {
    fixture {
        launch: ["fixture", PORT],
    }
}
