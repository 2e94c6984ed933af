//! A step writes outside the agent's folder.

registry_ui::agents! {
    fixture {
        install: [sh("true", bin: "fixture", writes: ["/etc"], needs: [])],
    }
}
