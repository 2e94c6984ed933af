//! A package has no lock beside the entry.

registry_ui::agents! {
    fixture {
        install: [npm("left-pad", bin: "fixture")],
    }
}
