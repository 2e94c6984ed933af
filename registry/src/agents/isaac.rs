//! Isaac.

use crate::agent;

agent! {
    /// Isaac, a coding agent in Python over Pydantic AI, made for ACP.
    ///
    /// Its file names the model; endpoint and key go through the variables of the library that speaks to the server.
    isaac {
        protocol: OpenAiCompletions,
        install: [
            pypi("isaac-acp", bin: "isaac", python: "==3.12.*"),
            // Its code imports it, and its metadata does not ask for it.
            pypi("httpx", python: "==3.12.*"),
        ],
        runs: python,
        launch: ["isaac", "--acp"],
        handshake: { name: "isaac", version: pinned, session: ok, exit: eof },
        model: { format: Bare, via: ConfigOption, proxy: RegisterProvider },
        env: {
            OPENAI_API_KEY = API_KEY,
            OPENAI_BASE_URL = if set(BASE_URL) { BASE_URL } else { if set(API_KEY) {
                "https://api.openai.com/v1"
            } },
        },
        config: [
            json("~/.config/isaac/models.json", if set(ACP_MODEL)) {
                "models": { ACP_MODEL: { "provider": "openai", "model": ACP_MODEL } },
            },
        ],
        web: { tools: ["fetch_url"], off: NoSwitch("nothing in its package turns it off; read in 0.4.0, 2026-11-30") },
        hosted: none("its own process fetches the page; read in 0.4.0, 2026-11-30"),
        permission: [mode("yolo")],
        effort: none("it sends `medium` to models of OpenAI that reason, and has no switch for it; read in 0.4.0"),
        mcp: none("it asks its library for clients of MCP that the library does not have, and goes on without; read in 0.4.0"),
        home: [".config/isaac", ".local/state/isaac", ".cache/isaac"],
        suite: { model: "gemini-3.1-flash-lite-preview", usage_tracking: on },
    }
}
