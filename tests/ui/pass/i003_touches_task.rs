//! A step writes to its own folder.

registry_ui::agents! {
    fixture {
        install: [sh(r#"mkdir -p bin
        printf hello >bin/fixture
        "#, bin: "fixture", writes: ["fixture"], needs: [])],
    }
}
