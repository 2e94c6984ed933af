//! Kimi Code.

use crate::agent;

agent! {
    /// Kimi Code, Moonshot AI's coding agent for the terminal, in its ACP mode.
    ///
    /// Model, endpoint, key and protocol go through variables, which override its file. It is the
    /// successor of `kimi-cli`; the npm package `kimi-code` without a scope is another project's.
    kimi_code {
        aliases: ["kimi"],
        protocol: [OpenAiCompletions, AnthropicMessages, OpenAiResponses],
        // The postinstall only moves an older `kimi` of a global install out of the way.
        install: [npm("@moonshot-ai/kimi-code", bin: "kimi")],
        runs: node,
        requires: node >= 22.19,
        launch: ["kimi", "acp"],
        // Without these `session/new` is refused with -32000.
        handshake: {
            name: "Kimi Code CLI", version: pinned,
            env: {
                BASE_URL = "http://127.0.0.1:9/v1",
                API_KEY = "dummy",
                MODEL = "dummy",
            },
            session: ok, exit: eof,
        },
        model: { format: Bare, via: Env, proxy: AsIs },
        accepts: [ANTHROPIC_API_KEY],
        env: {
            KIMI_MODEL_NAME = ACP_MODEL,
            KIMI_MODEL_API_KEY = API_KEY,
            KIMI_MODEL_BASE_URL = BASE_URL,
            // The default is its vendor's own; `/v1` at the end of a base URL harms none of them.
            KIMI_MODEL_PROVIDER_TYPE = if all(direct, set(BASE_URL)) { match PROTOCOL {
                "anthropic-messages" => "anthropic",
                "openai-responses" => "openai_responses",
                _ => "openai",
            } } else { if all(direct, set(ANTHROPIC_API_KEY)) { "anthropic" } else { "openai" } },
            KIMI_CODE_NO_AUTO_UPDATE = "1",
        },
        web: {
            tools: ["FetchURL", "WebSearch"],
            off: [
                toml("~/.kimi-code/config.toml") { "tools": { "disabled": ["FetchURL", "WebSearch"] } },
                unset [KIMI_CODE_HOME],
            ],
        },
        hosted: none("its own process asks two services of its vendor for pages and searches; read in 2.1.0, 2026-11-30"),
        permission: [toml("~/.kimi-code/config.toml") { "default_permission_mode": "yolo" }],
        effort: untested("KIMI_MODEL_THINKING_EFFORT was not proved on the wire with a model of another vendor"),
        mcp: acp [stdio, http],
        home: [".kimi-code"],
        skills: ["~/.kimi-code/skills"],
        hosts: [
            host("telemetry-logs.kimi.com", env { KIMI_DISABLE_TELEMETRY = "1" }),
        ],
        suite: { model: "gemini-3.1-flash-lite-preview", usage_tracking: on },
    }
}
