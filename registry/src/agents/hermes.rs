//! Hermes.

use crate::agent;

agent! {
    /// Hermes Agent, Nous Research's agent that keeps skills and a memory, through its ACP adapter.
    ///
    /// Endpoint, protocol and model are in its file alone, which is JSON here, as YAML allows. It offers its web tools
    /// when the environment holds the key of a search service. It reads the profile of a login shell, and nothing stops
    /// it: its commands do not have the task's PATH (0.19.0).
    hermes {
        aliases: ["hermes-agent"],
        protocol: OpenAiCompletions,
        install: [
            pypi("hermes-agent", bin: "hermes-acp", python: "==3.12.*"),
            // What its extra `acp` asks for.
            pypi("agent-client-protocol", python: "==3.12.*"),
            // What its extra `mcp` asks for.
            pypi("mcp", python: "==3.12.*"),
        ],
        runs: python,
        launch: ["hermes-acp"],
        handshake: {
            name: "hermes-agent", version: pinned,
            env: {
                BASE_URL = "http://127.0.0.1:9/v1",
                API_KEY = "dummy",
                MODEL = "dummy",
            },
            session: ok, exit: eof,
        },
        model: { format: Bare, via: File, proxy: RegisterProvider },
        env: { HERMES_MODEL_KEY = API_KEY },
        references: parsed("${NAME}"),
        config: [
            json("~/.hermes/config.yaml") { "approvals": { "mode": "manual" } },
            json("~/.hermes/config.yaml", if set(ACP_MODEL)) {
                "model": { "default": ACP_MODEL, "provider": "custom:benchflow" },
                "custom_providers": [{
                    "name": "benchflow",
                    "base_url": if set(BASE_URL) { BASE_URL } else { "https://api.openai.com/v1" },
                    "api_key": ref(API_KEY),
                    "api_mode": "chat_completions",
                    "model": ACP_MODEL,
                }],
            },
        ],
        web: {
            tools: ["web_search", "web_extract"],
            off: NoSwitch("its ACP adapter offers them with the key of a search service; read in 0.19.0, 2026-11-30"),
        },
        hosted: none("its own process asks the search service whose key it has; read in 0.19.0, 2026-11-30"),
        // The mode is for its edits of files, the file for commands that it takes for dangerous.
        permission: [json("~/.hermes/config.yaml") { "approvals": { "mode": "off" } }, mode("dont_ask")],
        effort: none("its ACP adapter hands no level to the agent; read in 0.19.0"),
        mcp: acp [stdio, http],
        home: [".hermes"],
        skills: ["~/.hermes/skills"],
        hosts: [
            host("openrouter.ai", none("for the list of what models can do; no switch was found")),
            host("github.com", none("for a checker of commands, only where tools are to ask; no switch was measured")),
        ],
        suite: { model: "gemini-3.1-flash-lite-preview", usage_tracking: on },
    }
}
