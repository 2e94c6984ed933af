//! Agentao.

use crate::agent;

agent! {
    /// Agentao, an agent runtime for Python that is a program and an ACP server too.
    ///
    /// Model, endpoint, key and protocol go through variables. It is installed without its extra `web`: its web tools
    /// come with that extra.
    agentao {
        protocol: [OpenAiCompletions, AnthropicMessages, OpenAiResponses],
        install: [pypi("agentao", bin: "agentao", python: "==3.12.*")],
        runs: python,
        launch: ["agentao", "--acp"],
        // Without these `session/new` is refused.
        handshake: {
            name: "agentao", version: pinned,
            env: {
                BASE_URL = "http://127.0.0.1:9/v1",
                API_KEY = "dummy",
                MODEL = "dummy",
            },
            session: ok, exit: eof,
        },
        proof: [acp],
        model: { format: Bare, via: Env, proxy: AsIs },
        env: {
            LLM_PROVIDER = "OPENAI",
            OPENAI_MODEL = ACP_MODEL,
            OPENAI_API_KEY = API_KEY,
            OPENAI_BASE_URL = if set(BASE_URL) { BASE_URL } else { if set(API_KEY) {
                "https://api.openai.com/v1"
            } },
            OPENAI_API_FORMAT = if all(direct, set(BASE_URL)) { match PROTOCOL {
                "anthropic-messages" => "anthropic-messages",
                "openai-responses" => "openai-responses",
                _ => "openai-completions",
            } },
            // Members of every request; its own `/thinking` writes the same (read in 0.5.17).
            LLM_EXTRA_BODY = if proxy {
                match EFFORT {
                    "low" => "{\"reasoning_effort\":\"low\"}",
                    "medium" => "{\"reasoning_effort\":\"medium\"}",
                    "high" => "{\"reasoning_effort\":\"high\"}",
                }
            } else {
                match PROTOCOL {
                    "anthropic-messages" => match EFFORT {
                        "low" => "{\"output_config\":{\"effort\":\"low\"}}",
                        "medium" => "{\"output_config\":{\"effort\":\"medium\"}}",
                        "high" => "{\"output_config\":{\"effort\":\"high\"}}",
                    },
                    "openai-responses" => match EFFORT {
                        "low" => "{\"reasoning\":{\"effort\":\"low\"}}",
                        "medium" => "{\"reasoning\":{\"effort\":\"medium\"}}",
                        "high" => "{\"reasoning\":{\"effort\":\"high\"}}",
                    },
                    _ => match EFFORT {
                        "low" => "{\"reasoning_effort\":\"low\"}",
                        "medium" => "{\"reasoning_effort\":\"medium\"}",
                        "high" => "{\"reasoning_effort\":\"high\"}",
                    },
                }
            },
        },
        web: NoTools(
            "its web tools come with its extra `web`, which is not installed: seen on the wire with 0.5.17, 2026-11-30"
        ),
        // Without it, it asks before commands that it does not know to be safe.
        permission: [json("~/.agentao/permissions.json") { "rules": [{ "tool": "*", "action": "allow" }] }],
        effort: ["low", "medium", "high"],
        mcp: acp [stdio, http],
        home: [".agentao"],
        skills: ["~/.agentao/skills"],
        suite: { model: "gemini-3.1-flash-lite-preview", usage_tracking: on },
    }
}
