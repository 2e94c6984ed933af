//! Servers that no file has, servers that `mcp` does not list, two ways for one transport, and a list among keys.

registry_ui::agents! {
    fixture {
        mcp: file [stdio],
    }

    other {
        mcp: acp [stdio] file [stdio, http],
        config: [json("~/.fixture/mcp.json") { "servers": servers { stdio: server(command) } }],
    }

    third {
        mcp: file [http],
        config: [json("~/.fixture/mcp.json") { "servers": servers [http: { "url": server(url) }] }],
    }

    unlisted {
        config: [json("~/.fixture/mcp.json", mode: 0o644) { "servers": servers { http: server(url) } }],
    }
}
