//! An agent that no model server can be given to has no routing, and no proved web policy.

registry_ui::agents! {
    fixture without protocol without env {
        model: none("its back end is its vendor's"),
        env: { FIXTURE_NO_UPDATE = "1" },
        web: { tools: ["unknown"], off: Untested("no request of it is seen") },
    }
}
