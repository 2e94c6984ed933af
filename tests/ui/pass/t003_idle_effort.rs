//! A level of effort reaches the agent, by an argument.

registry_ui::agents! {
    fixture {
        launch: ["fixture", if set(EFFORT) { fmt("--effort={EFFORT}") }],
        effort: ["low", "high"],
    }
}
