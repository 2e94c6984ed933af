//! Qwen Code.

use crate::agent;

agent! {
    /// Qwen Code, Alibaba's coding agent, a fork of Gemini CLI that speaks chat completions.
    ///
    /// The model goes through a variable only. It runs a second request beside each turn, which extracts memories.
    qwen_code {
        aliases: ["qwen"],
        protocol: OpenAiCompletions,
        install: [npm("@qwen-code/qwen-code", bin: "qwen")],
        runs: node,
        requires: node >= 22.0,
        launch: ["qwen", "--acp"],
        // Without these `session/new` is refused with -32000.
        handshake: {
            name: "qwen-code", title: "Qwen Code", version: pinned,
            env: {
                BASE_URL = "http://127.0.0.1:9/v1",
                API_KEY = "dummy",
                MODEL = "dummy",
            },
            session: ok, exit: eof,
        },
        model: { format: Bare, via: Env, proxy: AsIs },
        env: {
            // A bare model of OpenAI's has no base URL of its own, and the default here may be another vendor's.
            OPENAI_BASE_URL = if set(BASE_URL) { BASE_URL } else { if set(API_KEY) {
                "https://api.openai.com/v1"
            } },
            OPENAI_API_KEY = API_KEY,
            OPENAI_MODEL = ACP_MODEL,
        },
        config: [
            jsonc("~/.qwen/settings.json") {
                "privacy": { "usageStatisticsEnabled": false },
                "general": { "enableAutoUpdate": false },
                // Where tools are to ask: its own default has a second model judge every command.
                "tools": { "approvalMode": "default" },
            },
            jsonc("~/.qwen/settings.json", if set(EFFORT)) {
                "model": { "generationConfig": { "reasoning": { "effort": EFFORT } } },
            },
        ],
        web: {
            // Not among the tools of a request: named in its text and reached through `tool_search`.
            tools: ["web_fetch"],
            off: [
                jsonc("~/.qwen/settings.json") { "permissions": { "deny": append(["web_fetch"]) } },
                unset [QWEN_HOME],
            ],
        },
        hosted: none("its own process fetches the page; read in 0.24.4, 2026-11-30"),
        permission: [argv ["--approval-mode", "yolo"]],
        effort: ["low", "medium", "high"],
        mcp: acp [stdio, http],
        home: [".qwen"],
        skills: ["~/.qwen/skills"],
        hosts: [
            host(
                "gb4w8c3ygj-default-sea.rum.aliyuncs.com",
                none("not looked up with `usageStatisticsEnabled` off, as the file above has it")
            ),
        ],
        suite: { model: "gemini-3.1-flash-lite-preview", usage_tracking: on },
    }
}
