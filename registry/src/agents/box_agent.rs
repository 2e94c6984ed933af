//! Box-Agent.

use crate::agent;

agent! {
    /// Box-Agent, a general agent from Raccoon Office with document skills and a Jupyter kernel for Python.
    ///
    /// Its license is MIT. It has no `session/set_model`: base URL, key and model come from one file, and without that
    /// file it ends before it answers. `box_agent/config/config.yaml` in the task's folder goes before it. Its commands
    /// get a `VIRTUAL_ENV` of its own, whose `bin` comes first in `PATH`, and run in `output` below the task's folder;
    /// nothing turns that off. `execute_code` installs its packages from the package index at its first use.
    box_agent {
        protocol: [OpenAiCompletions, AnthropicMessages],
        // `mcp` 1.19.0, which it pins, imports a private name that pydantic 2.14 no longer has.
        install: [pypi("box-agent", bin: "box-agent-acp", python: "==3.12.*"), pypi("pydantic", python: "==3.12.*")],
        runs: python,
        launch: ["box-agent-acp"],
        handshake: {
            name: "box-agent", title: "Box-Agent", version: pinned,
            env: { BASE_URL = "http://127.0.0.1:9", API_KEY = "dummy", MODEL = "dummy" },
            session: ok, exit: signal,
        },
        model: { format: Bare, via: File, proxy: AsIs },
        accepts: [ANTHROPIC_API_KEY],
        config: [json("~/.box-agent/config/config.yaml", if set(MODEL)) {
            // Without a base URL it needs the vendor's: its own default is Anthropic's for any key.
            "provider": if set(BASE_URL) {
                match PROTOCOL { "anthropic-messages" => "anthropic", _ => "openai" }
            } else if set(ANTHROPIC_API_KEY) { "anthropic" } else { "openai" },
            "api_base": if set(BASE_URL) { BASE_URL }
                else if set(ANTHROPIC_API_KEY) { "https://api.anthropic.com" }
                else { "https://api.openai.com/v1" },
            "api_key"?: API_KEY,
            "model": ACP_MODEL,
            // Where tools are to ask, it asks for paths outside of the task's folder, and only with this block.
            "officev3": { "permissions": { "filesystem": { "scope": "session_workspace" } } },
        },
        json("~/.box-agent/config/mcp.json", if set(MCP_SERVERS)) {
            "mcpServers": servers {
                // Without `alwaysLoad` the model gets its tools after a search for them.
                stdio: {
                    "command": server(command), "args": server(args), "env": server(env), "alwaysLoad": true,
                },
                http: {
                    "type": "streamable_http", "url": server(url), "headers": server(headers), "alwaysLoad": true,
                },
            },
        }],
        web: NoTools("both come from MCP servers that it adds to its list by itself, which the switch in `hosts` ends"),
        permission: [json("~/.box-agent/config/config.yaml") {
            "tools": { "allow_full_access": true },
            "officev3": { "permissions": { "filesystem": { "allowed_directories": ["/"] } } },
        }],
        effort: none("it thinks more only for a client that sends `deep_think` in `_meta` of `session/new`"),
        mcp: file [stdio, http],
        home: [".box-agent"],
        skills: ["~/.box-agent/skills"],
        hosts: [host("xiaohuanxiong.com", env { BOX_AGENT_HOSTED_SEARCH_URL = "off" })],
        suite: { model: "gpt-5.4-nano", usage_tracking: on },
    }
}
