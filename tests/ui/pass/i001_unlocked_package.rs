//! A package stands in the lock beside the entry.

registry_ui::agents! {
    fixture {
        install: [npm("left-pad", bin: "fixture")],
        runs: node,
    }
}
