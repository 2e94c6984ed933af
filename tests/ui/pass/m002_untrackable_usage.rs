//! An agent that takes no alias has no suite.

registry_ui::agents! {
    fixture {
        model: { format: Bare, via: SetModel, proxy: Unsupported("its catalogue is fixed") },
    }
}
