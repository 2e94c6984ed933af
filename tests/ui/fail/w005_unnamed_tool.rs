//! The policy misspells its tool: in a list, as a key, in an argument and in a variable.

registry_ui::agents! {
    fixture {
        web: {
            tools: ["web_fetch"],
            off: [
                json("~/.fixture/settings.json") { "permissions": { "deny": append(["webfetch"]) } },
                jsonc("~/.fixture/tools.json") { "tools": { "WebFetch": false } },
                argv ["--exclude", "fetch"],
                env { FIXTURE_DISABLED_TOOLS = "webfetch" },
            ],
        },
    }
}
