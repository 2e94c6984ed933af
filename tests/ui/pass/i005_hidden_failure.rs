//! A step shows the output of npm and stops when it fails.

registry_ui::agents! {
    fixture {
        install: [sh(r#"npm ci --ignore-scripts
        "#, bin: "fixture", writes: ["fixture"], needs: [])],
    }
}
