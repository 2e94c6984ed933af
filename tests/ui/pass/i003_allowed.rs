//! A step that changes the task's files, with an allow and its reason.

registry_ui::agents! {
    fixture {
        install: [sh(r#"npm install -g some-agent@1.2.3
        "#, bin: "fixture", writes: ["fixture"], needs: [], allow: I003("the image is ours alone"))],
    }
}
