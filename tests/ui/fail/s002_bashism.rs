//! A step that dash accepts and runs differently from bash.

registry_ui::agents! {
    fixture {
        install: [sh(r#"mkdir -p bin
        [[ -d bin ]] && echo "${HOME/x/y}"
        "#, bin: "fixture", writes: ["fixture"], needs: [])],
    }
}
