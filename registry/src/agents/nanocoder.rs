//! Nanocoder.

use crate::agent;

agent! {
    /// Nanocoder, a community's open coding agent for the terminal, in its ACP mode.
    ///
    /// Its providers are in its file alone. An `agents.config.json` of the task's own overrides it, key by key.
    nanocoder {
        protocol: [OpenAiCompletions, AnthropicMessages],
        install: [npm("@nanocollective/nanocoder", bin: "nanocoder")],
        runs: node,
        // One of its packages asks for it; its own floor is 22.
        requires: node >= 22.19,
        launch: ["nanocoder", "--acp"],
        // Without a provider in its file it ends at once.
        handshake: {
            name: "nanocoder", title: "Nanocoder", version: pinned,
            env: {
                BASE_URL = "http://127.0.0.1:9/v1",
                API_KEY = "dummy",
                MODEL = "dummy",
            },
            session: ok, exit: eof,
        },
        model: { format: Bare, via: File, proxy: RegisterProvider },
        // `${NAME}` as well, in all of its files.
        references: parsed("$NAME"),
        config: [
            json("~/.config/nanocoder/agents.config.json", if set(ACP_MODEL)) {
                "nanocoder": { "providers": [{
                    "name": "benchflow",
                    "sdkProvider": if proxy { "openai-compatible" } else { match PROTOCOL {
                        "anthropic-messages" => "anthropic", _ => "openai-compatible",
                    } },
                    "baseUrl": if all(direct, set(BASE_URL)) { match PROTOCOL {
                        "anthropic-messages" => fmt("{BASE_URL}/v1"), _ => BASE_URL,
                    } } else { if set(BASE_URL) { BASE_URL } else { "https://api.openai.com/v1" } },
                    "apiKey": ref(API_KEY),
                    "models": [ACP_MODEL],
                }] },
            },
            json("~/.config/nanocoder/.mcp.json", if set(MCP_SERVERS)) {
                "mcpServers": servers {
                    stdio: {
                        "transport": "stdio",
                        "command": server(command), "args": server(args), "env": server(env),
                    },
                    http: { "transport": "http", "url": server(url), "headers": server(headers) },
                },
            },
        ],
        web: {
            tools: ["fetch_url", "web_search"],
            off: [
                json("~/.config/nanocoder/agents.config.json") {
                    "nanocoder": { "disabledTools": append(["fetch_url", "web_search"]) },
                },
                unset [NANOCODER_CONFIG_DIR],
            ],
        },
        hosted: none("its own process fetches pages and asks Brave's search service; read in 1.30.0, 2026-11-30"),
        permission: [mode("yolo")],
        effort: untested("only its command `/tune` sets one, as read in 1.30.0; no run was measured"),
        mcp: file [stdio, http],
        home: [".config/nanocoder", ".local/share/nanocoder"],
        skills: ["~/.config/nanocoder/skills"],
        hosts: [
            host("models.dev", none("no switch was found for the look-up of a model's context window")),
        ],
        suite: { model: "gemini-3.1-flash-lite-preview", usage_tracking: on },
    }
}
