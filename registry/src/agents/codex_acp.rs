//! Codex.

use crate::agent;

agent! {
    /// Codex, OpenAI's coding agent, behind its ACP adapter.
    ///
    /// It ignores its arguments and OPENAI_BASE_URL: model, endpoint and web search are set in its file alone, which is
    /// therefore written whole. With a key it gets a provider of its own, for OpenAI's endpoint too, since the built-in
    /// one asks for a log-in; with a log-in the built-in one is unchanged.
    codex_acp {
        aliases: ["codex"],
        protocol: OpenAiResponses,
        // From 1.8.0 on, titles go to a model of its own choice, and no switch is known.
        install: [npm("@agentclientprotocol/codex-acp", bin: "codex-acp")],
        carries: ["@openai/codex"],
        runs: node,
        launch: ["codex-acp"],
        // It ends two seconds after its input.
        handshake: {
            name: "@agentclientprotocol/codex-acp", title: "Codex", version: pinned,
            env: {
                BASE_URL = "http://127.0.0.1:9/v1",
                API_KEY = "dummy",
                MODEL = "dummy",
            },
            session: ok, exit: eof,
        },
        model: { format: Bare, via: File, proxy: RegisterProvider, refuses: ["["] },
        env: {
            OPENAI_API_KEY = API_KEY,
            // Its default mode puts each command into a sandbox of its own, which a container does not allow.
            INITIAL_AGENT_MODE = "agent-full-access",
        },
        config: [
            toml("~/.codex/config.toml", owner: Whole) {
                "model"?: ACP_MODEL,
                "model_reasoning_effort"?: EFFORT,
                // Its market of plugins looks up chatgpt.com, github.com and api.github.com at start.
                "features": { "plugins": false },
                // Otherwise each command runs in a login shell, whose profile takes the task's PATH away.
                "allow_login_shell": false,
            },
            toml("~/.codex/config.toml", if set(API_KEY), owner: Whole) {
                "model_provider": "benchflow",
                "model_providers": { "benchflow": {
                    "name": "BenchFlow",
                    "base_url": if set(BASE_URL) { BASE_URL } else { "https://api.openai.com/v1" },
                    "env_key": "OPENAI_API_KEY",
                    "wire_api": "responses",
                } },
            },
        ],
        web: {
            // With some models they are not among the tools but described in the first input.
            tools: ["web_search", "web__run"],
            off: [
                toml("~/.codex/config.toml") { "web_search": "disabled" },
                unset [CODEX_HOME],
            ],
        },
        hosted: all,
        // Its default mode puts each command into a sandbox of its own, which a container does not allow.
        permission: none("in its modes `agent` and `read-only` it runs a command without a request, as measured with 1.7.0"),
        effort: ["minimal", "low", "medium", "high", "xhigh"],
        mcp: acp [stdio, http],
        home: [".codex"],
        skills: ["~/.agents/skills"],
        login: [
            files(["~/.codex/auth.json"], instead_of: OPENAI_API_KEY, own_endpoint),
            variable(CODEX_ACCESS_TOKEN, instead_of: OPENAI_API_KEY, own_endpoint),
            variable(CODEX_AUTH_JSON, instead_of: OPENAI_API_KEY, own_endpoint),
        ],
        hosts: [
            host("chatgpt.com", none("not looked up with `features.plugins` off, as the file above has it")),
            host("github.com", none("not looked up with `features.plugins` off, as the file above has it")),
            host("api.github.com", none("not looked up with `features.plugins` off, as the file above has it")),
        ],
        suite: { model: "gpt-5.4-nano", usage_tracking: on },
    }
}
