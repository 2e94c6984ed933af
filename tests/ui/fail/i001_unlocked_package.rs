//! A package without a lock next to the entry.

registry_ui::agents! {
    fixture {
        install: [npm("left-pad", bin: "fixture")],
    }
}
