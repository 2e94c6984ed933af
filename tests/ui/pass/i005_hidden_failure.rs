//! A step lets npm speak and fail.

registry_ui::agents! {
    fixture {
        install: [sh(r#"npm ci --ignore-scripts
        "#, bin: "fixture", writes: ["fixture"], needs: [])],
    }
}
