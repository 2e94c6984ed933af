//! The model of the suite belongs to a provider.

registry_ui::agents! {
    fixture {
        model: { format: ModelsDev, via: SetModel, proxy: AsIs },
        suite: { model: XIAOMI / "mimo-v2.5", usage_tracking: on },
    }
}
