//! A package is in the lock next to the entry.

registry_ui::agents! {
    fixture {
        install: [npm("left-pad", bin: "fixture")],
        runs: node,
    }
}
