//! A policy has no reason.

registry_ui::agents! {
    fixture {
        web: { tools: ["fetch"], off: Untested("") },
    }
}
