//! A step that dash rejects.

registry_ui::agents! {
    fixture {
        install: [sh(r#"mkdir -p bin
        if true; then
          echo yes
        "#, bin: "fixture", writes: ["fixture"], needs: [])],
    }
}
