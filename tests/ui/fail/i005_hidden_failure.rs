//! A step hides what npm says and goes on when it fails.

registry_ui::agents! {
    fixture {
        install: [sh(r#"npm ci >/dev/null 2>&1 || true
        "#, bin: "fixture", writes: ["fixture"], needs: [])],
    }
}
