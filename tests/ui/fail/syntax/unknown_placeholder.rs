//! A placeholder that is no variable: rustc underlines it in the text.

registry_ui::agents! {
    fixture {
        launch: ["fixture", fmt("{PROVIDER}/{MODLE}")],
    }
}
