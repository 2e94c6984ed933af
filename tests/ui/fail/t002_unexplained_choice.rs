//! A permission without a reason, and an effort and a way of MCP servers that list nothing.

registry_ui::agents! {
    fixture {
        permission: none(""),
        effort: [],
        mcp: acp [],
    }
}
