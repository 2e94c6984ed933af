//! An artefact and an argument that do not exist.

registry_ui::agents! {
    fixture {
        install: [nmp("left-pad"), git("https://example.org/a.git", comit: "x")],
    }
}
