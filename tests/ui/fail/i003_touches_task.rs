//! A step installs into the system.

registry_ui::agents! {
    fixture {
        install: [sh(r#"mkdir -p bin
        npm install -g some-agent
        "#, bin: "fixture", writes: ["fixture"], needs: [])],
    }
}
