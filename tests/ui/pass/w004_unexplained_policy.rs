//! A policy has its reason.

registry_ui::agents! {
    fixture {
        web: { tools: ["fetch"], off: NoSwitch("the source has none in 1.0") },
    }
}
