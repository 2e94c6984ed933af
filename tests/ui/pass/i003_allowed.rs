//! A step that touches the task says why it may.

registry_ui::agents! {
    fixture {
        install: [sh(r#"npm install -g some-agent
        "#, bin: "fixture", writes: ["fixture"], needs: [], allow: I003("the image is ours alone"))],
    }
}
