//! The model of the suite yields no model id.

registry_ui::agents! {
    fixture {
        model: { format: ModelsDev, via: SetModel, proxy: AsIs },
        suite: { model: "unheard-of", usage_tracking: on },
    }
}
