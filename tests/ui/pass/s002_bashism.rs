//! The same in POSIX shell.

registry_ui::agents! {
    fixture {
        install: [sh(r#"mkdir -p bin
        [ -d bin ] && echo "${HOME#x}"
        "#, bin: "fixture", writes: ["fixture"], needs: [])],
    }
}
