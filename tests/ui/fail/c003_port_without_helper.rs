//! `PORT` without a helper process.

registry_ui::agents! {
    fixture {
        launch: ["fixture", PORT],
    }
}
