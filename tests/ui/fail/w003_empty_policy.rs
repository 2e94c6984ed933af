//! A policy does nothing.

registry_ui::agents! {
    fixture {
        web: { tools: ["fetch", "search"], off: [] },
    }
}
