//! The model of the suite does not resolve to a model id.

registry_ui::agents! {
    fixture {
        model: { format: ModelsDev, via: SetModel, proxy: AsIs },
        suite: { model: "unheard-of", usage_tracking: on },
    }
}
