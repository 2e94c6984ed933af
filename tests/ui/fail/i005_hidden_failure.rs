//! A step hides the output of npm and ignores its failure.

registry_ui::agents! {
    fixture {
        install: [sh(r#"npm ci >/dev/null 2>&1 || true
        "#, bin: "fixture", writes: ["fixture"], needs: [])],
    }
}
