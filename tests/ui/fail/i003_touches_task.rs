//! A step installs into the system.

registry_ui::agents! {
    fixture {
        install: [sh(r#"mkdir -p bin
        npm install -g some-agent@1.2.3
        "#, bin: "fixture", writes: ["fixture"], needs: [])],
    }
}
