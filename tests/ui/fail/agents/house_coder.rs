//! An entry whose name is misspelt.

registry_ui::agent! {
    /// A fixture.
    house_codr {
        install: [npm("house-coder", bin: "fixture")],
    }
}
