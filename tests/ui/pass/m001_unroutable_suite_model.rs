//! The model of the suite is a provider's.

registry_ui::agents! {
    fixture {
        model: { format: ModelsDev, via: SetModel, proxy: AsIs },
        suite: { model: XIAOMI / "mimo-v2.5", usage_tracking: on },
    }
}
