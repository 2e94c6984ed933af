//! An agent that does not support gateway aliases has a suite, which always runs through the gateway.

registry_ui::agents! {
    fixture {
        model: { format: Bare, via: SetModel, proxy: Unsupported("its catalogue is fixed") },
        suite: { model: "gpt-5.4-nano", usage_tracking: off },
    }
}
