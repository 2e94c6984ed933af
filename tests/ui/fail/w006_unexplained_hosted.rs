//! No reason, no web tools, and a switch with another name for the tool.

registry_ui::agents! {
    misspelled {
        web: { tools: ["fetch", "web_search"], off: [argv ["--offline"]] },
        hosted: { tools: ["web_search"], off: [json("~/.misspelled/x.json") { "deny": append(["websearch"]) }] },
        home: [".misspelled"],
    }
    silent {
        web: { tools: ["fetch", "search"], off: [argv ["--offline"]] },
        hosted: none(""),
    }
    toolless {
        web: NoTools("its tool list was read on the wire with 1.2.0"),
        hosted: all,
    }
}
