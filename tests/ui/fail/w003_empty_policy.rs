//! An empty policy.

registry_ui::agents! {
    fixture {
        web: { tools: ["fetch", "search"], off: [] },
    }
}
