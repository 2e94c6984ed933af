//! Steps install packages in whatever version is the newest.

registry_ui::agents! {
    fixture {
        install: [sh(r#"npm install --prefix "$DIR" some-agent other-agent@^1.2.0
"$DIR/venv/bin/python" -m pip install some-agent
        "#, bin: "fixture", writes: ["fixture"], needs: [])],
    }
}
