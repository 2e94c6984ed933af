//! Tools are named as the agent offers them; a switch of the whole agent needs no name, another setting a reason.

registry_ui::agents! {
    fixture {
        web: {
            tools: ["web_fetch", "web_search"],
            off: [
                json("~/.fixture/settings.json") { "network": false, "deny": append(["web_fetch(*)"]) },
                env { FIXTURE_OFFLINE = "1", FIXTURE_CONTENT = "{\"tools\":{\"web_search\":false}}" },
                argv ["--no-network"],
                argv ["--exclude", "web_fetch,web_search"],
            ],
        },
    }
}
