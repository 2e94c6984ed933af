//! Invalid values.

registry_ui::agents! {
    fixture {
        launch: ["fixture", model],
        env: { A = [1 2], B = tru, C = 0x1f, D = fmt("{MODEL"), E },
    }
}
