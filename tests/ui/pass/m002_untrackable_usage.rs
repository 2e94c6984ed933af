//! An agent that does not support gateway aliases has no suite.

registry_ui::agents! {
    fixture {
        model: { format: Bare, via: SetModel, proxy: Unsupported("its catalogue is fixed") },
    }
}
