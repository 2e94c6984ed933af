//! A policy by a file, a variable and an argument.

registry_ui::agents! {
    fixture {
        web: {
            tools: ["fetch", "search"],
            off: [
                json("~/.fixture/settings.json") { "exclude": append(["fetch"]) },
                env { FIXTURE_OFFLINE = "1" },
                argv ["--no-search"],
                unset [FIXTURE_HOME],
            ],
        },
    }
}
