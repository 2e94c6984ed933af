//! The model of the suite is not served: a name that no provider has, an open model that the vendor of its
//! word does not serve, and a model of another protocol without the gateway.

registry_ui::agents! {
    fixture {
        suite: { model: "hose-1", usage_tracking: on },
    }
    fixture_b {
        suite: { model: "gpt-oss-120b", usage_tracking: on },
    }
    fixture_c {
        suite: { model: "gemini-3.1-flash-lite-preview", usage_tracking: off },
    }
}
