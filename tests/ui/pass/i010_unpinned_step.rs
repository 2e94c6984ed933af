//! Steps install packages in one version each, files, and what a lock names.

registry_ui::agents! {
    fixture {
        install: [sh(r#"npm install --prefix "$DIR" some-agent@1.2.3 ./other.tgz
npm ci --prefix "$DIR"
"$DIR/venv/bin/python" -m pip install some-agent==1.2 --require-hashes -r requirements.txt
        "#, bin: "fixture", writes: ["fixture"], needs: [])],
    }
}
