//! A step writes outside of the folder of the agent.

registry_ui::agents! {
    fixture {
        install: [sh("true", bin: "fixture", writes: ["/etc"], needs: [])],
    }
}
