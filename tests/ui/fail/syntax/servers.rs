//! What `servers` and a part of a server cannot be.

registry_ui::agents! {
    fixture {
        config: [json("~/.fixture/mcp.json") { "servers": servers { stdio: server(url) } }],
    }

    other {
        config: [json("~/.fixture/mcp.json") { "name": server(name) }],
    }

    third {
        config: [json("~/.fixture/mcp.json") { "servers": servers { sse: { "url": server(url) } } }],
    }

    twice {
        config: [json("~/.fixture/mcp.json") { "servers": servers { http: server(link), http: server(url) } }],
    }

    word {
        config: [json("~/.fixture/mcp.json") { "servers": servers(stdio) }],
    }
}
