//! Codex, behind Zed's adapter.

use crate::agent;

agent! {
    /// Codex, OpenAI's coding agent, behind the ACP adapter of Zed's, which is one native program with Codex inside.
    ///
    /// It has the files of Codex and is the older of the two adapters; `codex-acp` is its successor.
    zed_codex_acp {
        protocol: OpenAiResponses,
        install: [npm("@zed-industries/codex-acp", bin: "codex-acp")],
        runs: node,
        // Its native program is linked with these.
        image: [
            library("libssl.so.3", debian: "libssl3"), library("libcrypto.so.3", debian: "libssl3"),
            library("libz.so.1", debian: "zlib1g"), library("libgcc_s.so.1", debian: "libgcc-s1"),
        ],
        launch: ["codex-acp"],
        handshake: {
            name: "codex-acp", title: "Codex", version: pinned,
            env: {
                BASE_URL = "http://127.0.0.1:9/v1",
                API_KEY = "dummy",
                MODEL = "dummy",
            },
            session: ok, exit: signal,
        },
        model: { format: Bare, via: File, proxy: RegisterProvider, refuses: ["["] },
        env: { OPENAI_API_KEY = API_KEY },
        config: [
            toml("~/.codex/config.toml", owner: Whole) {
                "model"?: ACP_MODEL,
                // Its own sandbox does not start in a container.
                "sandbox_mode": "danger-full-access",
                // What it asks about where `permission` below is left out.
                "approval_policy": "untrusted",
                "model_reasoning_effort"?: EFFORT,
                // Otherwise it sends no level to a model that it does not know.
                "model_supports_reasoning_summaries"?: if set(EFFORT) { true },
                "features": {
                    "plugins": false,
                    // Otherwise the variables of its shell, the key among them, are in a file that others can read.
                    "shell_snapshot": false,
                },
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
            tools: ["web_search"],
            off: [
                toml("~/.codex/config.toml") { "web_search": "disabled" },
                unset [CODEX_HOME],
            ],
        },
        hosted: all,
        permission: [toml("~/.codex/config.toml", owner: Whole) { "approval_policy": "never" }],
        effort: ["minimal", "low", "medium", "high", "xhigh"],
        mcp: acp [stdio, http],
        home: [".codex"],
        skills: ["~/.agents/skills"],
        suite: { model: "gpt-5.4-nano", usage_tracking: on },
    }
}
