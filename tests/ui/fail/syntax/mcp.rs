//! What a way of MCP servers cannot be.

registry_ui::agents! {
    fixture {
        mcp: acp [stdio, sse],
    }

    other {
        mcp: acp [http, stdio, http],
    }

    third {
        mcp: "stdio",
    }
}
