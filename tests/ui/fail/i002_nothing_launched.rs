//! An empty `launch`, and a path of a program that leaves its folder.

registry_ui::agents! {
    fixture {
        install: [npm("left-pad", bin: "../x")],
        runs: node,
        launch: [],
    }
}
