//! Crow.

use crate::agent;

agent! {
    /// Crow, an agent in Python whose tools are those of its client alone.
    ///
    /// The model gets the tools of the MCP servers that the client names in `session/new`, and no others. A harness
    /// that wants it to work gives it some; its own are `crow-cli mcp2`, which is installed with it. Its file names
    /// endpoint, key and model. Its license is MIT.
    crow {
        protocol: OpenAiCompletions,
        install: [pypi("crow-cli", bin: "crow-cli", python: "==3.13.*")],
        runs: python,
        launch: ["crow-cli", "acp"],
        handshake: { name: "crow-cli", title: "crow-cli", version: pinned, session: ok, exit: eof },
        // It replaces `${…}` in every text of its file.
        model: { format: Bare, via: File, proxy: RegisterProvider, refuses: ["${"] },
        references: parsed("${NAME}"),
        config: [
            json("~/.agents/crow/config.yaml", if set(ACP_MODEL)) {
                "providers": { "harness": {
                    "base_url": if set(BASE_URL) { ref(BASE_URL) } else { "https://api.openai.com/v1" },
                    "api_key"?: ref(API_KEY),
                } },
                "models": { "harness": { "provider": "harness", "model": ACP_MODEL, "reasoning_effort"?: EFFORT } },
            },
        ],
        web: NoTools(
            "its model gets only the tools of the client's MCP servers: seen on the wire with 0.1.48, 2026-11-30"
        ),
        permission: none("nothing in its package asks its client; read in 0.1.48, 2026-11-30"),
        effort: ["none", "minimal", "low", "medium", "high", "xhigh", "max"],
        mcp: acp [stdio],
        home: [".agents/crow"],
        skills: ["~/.agents/skills", "$WORKSPACE/.agents/skills"],
        suite: { model: "gemini-3.1-flash-lite-preview", usage_tracking: on },
    }
}
