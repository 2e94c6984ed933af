//! A step that dash refuses.

registry_ui::agents! {
    fixture {
        install: [sh(r#"mkdir -p bin
        if true; then
          echo yes
        "#, bin: "fixture", writes: ["fixture"], needs: [])],
    }
}
