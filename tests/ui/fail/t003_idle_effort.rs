//! Levels of effort that no value reads, and a value that reads a level that is always refused.

registry_ui::agents! {
    fixture {
        effort: ["low", "high"],
    }

    other {
        env: { FIXTURE_BASE_URL = BASE_URL, FIXTURE_API_KEY = API_KEY, FIXTURE_EFFORT = EFFORT },
    }
}
