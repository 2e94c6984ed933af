//! A permission and an effort have their reasons, and a way of MCP servers has its transports.

registry_ui::agents! {
    fixture {
        permission: none("its commands ran without a request, as seen with 1.2.0"),
        effort: untested("its settings were not read"),
        mcp: acp [stdio, http],
    }
}
