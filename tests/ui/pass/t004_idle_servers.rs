//! Servers reach the agent over ACP and by a file, each transport in one way.

registry_ui::agents! {
    fixture {
        mcp: acp [http] file [stdio],
        config: [json("~/.fixture/mcp.json", if set(MCP_SERVERS)) {
            "servers": servers { stdio: { "command": server(command), "args": server(args), "env"?: server(env) } }
        }],
    }
}
