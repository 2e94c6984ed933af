//! Nothing is launched, and a program leaves its folder.

registry_ui::agents! {
    fixture {
        install: [npm("left-pad", bin: "../x")],
        runs: node,
        launch: [],
    }
}
