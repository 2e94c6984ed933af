//! A step that dash accepts and does not do.

registry_ui::agents! {
    fixture {
        install: [sh(r#"mkdir -p bin
        [[ -d bin ]] && echo "${HOME/x/y}"
        "#, bin: "fixture", writes: ["fixture"], needs: [])],
    }
}
