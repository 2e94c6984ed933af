//! A placeholder that is not a variable: rustc underlines it in the string.

registry_ui::agents! {
    fixture {
        launch: ["fixture", fmt("{PROVIDER}/{MODLE}")],
    }
}
