//! Bub.

use crate::agent;

agent! {
    /// Bub, an agent runtime in Python that keeps its sessions on tapes, served over ACP by a plugin of its makers.
    ///
    /// Model, endpoint and key go through variables, the effort through its file. Its tools run unasked.
    bub {
        protocol: OpenAiCompletions,
        install: [
            pypi("bub", bin: "bub", python: "==3.12.*"),
            // The plugin that adds the command `acp`.
            pypi("bub-acp-server", python: "==3.12.*"),
        ],
        runs: python,
        launch: ["bub", "acp"],
        handshake: { name: "bub", title: "Bub", version: pinned, session: ok, exit: eof },
        model: { format: Bare, via: Env, proxy: AsIs },
        env: {
            BUB_MODEL = if set(ACP_MODEL) { fmt("openai:{ACP_MODEL}") },
            BUB_API_KEY = API_KEY,
            BUB_API_BASE = if set(BASE_URL) { BASE_URL } else { if set(API_KEY) {
                "https://api.openai.com/v1"
            } },
        },
        config: [
            json("~/.bub/config.yml", if set(EFFORT)) {
                "completion_args": { "reasoning_effort": EFFORT },
            },
        ],
        web: { tools: ["web_fetch"], off: NoSwitch("nothing in its package turns it off; read in 0.5.1, 2026-11-30") },
        hosted: none("its own process fetches the page; read in 0.5.1, 2026-11-30"),
        permission: none("it has no requests for permission; read in 0.5.1"),
        effort: ["minimal", "low", "medium", "high", "xhigh"],
        mcp: acp [stdio, http],
        home: [".bub"],
        skills: ["~/.agents/skills", "$WORKSPACE/.agents/skills"],
        suite: { model: "gemini-3.1-flash-lite-preview", usage_tracking: on },
    }
}
