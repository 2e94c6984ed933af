//! An agent that takes no alias has a suite, which runs through the gateway whatever is tracked.

registry_ui::agents! {
    fixture {
        model: { format: Bare, via: SetModel, proxy: Unsupported("its catalogue is fixed") },
        suite: { model: "gpt-5.4-nano", usage_tracking: off },
    }
}
