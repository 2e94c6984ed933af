//! A package is named with a version.

registry_ui::agents! {
    fixture {
        install: [npm("left-pad@latest", bin: "fixture")],
        runs: node,
    }
}
