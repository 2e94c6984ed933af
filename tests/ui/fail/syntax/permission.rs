//! What a permission and an effort cannot be.

registry_ui::agents! {
    fixture {
        permission: [unset [FIXTURE_HOME], mode("yolo"), mode("free"), argv ["--yolo"]],
        effort: "high",
    }

    other {
        permission: [mode("")],
        effort: ["low", high],
    }

    third {
        permission: "yolo",
    }
}
