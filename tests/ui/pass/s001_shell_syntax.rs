//! A step that dash accepts.

registry_ui::agents! {
    fixture {
        install: [sh(r#"if true; then
          mkdir -p bin
        fi
        "#, bin: "fixture", writes: ["fixture"], needs: [])],
    }
}
