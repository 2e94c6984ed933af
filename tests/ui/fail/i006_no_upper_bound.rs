//! A Python without an upper bound.

registry_ui::agents! {
    fixture {
        install: [pypi("fixture", bin: "fixture", python: ">=3.12")],
        runs: python,
    }
}
