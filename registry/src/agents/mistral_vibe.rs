//! Mistral Vibe.

use crate::agent;

agent! {
    /// Mistral Vibe, Mistral AI's coding agent for the terminal, with an ACP server of its own.
    ///
    /// Model and endpoint are in its file alone, which names the variable that holds the key. It reads the profile of a
    /// login shell, and nothing stops it: its commands have the folders of the task's PATH in another order (3.0.2).
    mistral_vibe {
        aliases: ["vibe"],
        protocol: OpenAiCompletions,
        // 3.0.3 asks for a version of `certifi` that is unavailable.
        install: [pypi("mistral-vibe", bin: "vibe-acp", python: "==3.12.*")],
        runs: python,
        launch: ["vibe-acp"],
        handshake: {
            name: "@mistralai/mistral-vibe", title: "Mistral Vibe", version: pinned,
            env: {
                BASE_URL = "http://127.0.0.1:9/v1",
                API_KEY = "dummy",
                MODEL = "dummy",
            },
            session: ok, exit: eof,
        },
        model: { format: Bare, via: File, proxy: RegisterProvider },
        env: { OPENAI_API_KEY = API_KEY },
        config: [
            toml("~/.vibe/config.toml", owner: Whole) {
                "enable_telemetry": false,
                "enable_update_checks": false,
            },
            toml("~/.vibe/config.toml", if set(ACP_MODEL), owner: Whole) {
                "active_model": "benchflow",
                "providers": [{
                    "name": "benchflow",
                    "api_base": if set(BASE_URL) { BASE_URL } else { "https://api.openai.com/v1" },
                    "api_key_env_var": "OPENAI_API_KEY",
                    "api_style": "openai",
                }],
                "models": [{
                    "name": ACP_MODEL,
                    "provider": "benchflow",
                    "alias": "benchflow",
                    "thinking"?: EFFORT,
                }],
            },
        ],
        web: {
            // Not among the tools of a request: found through `search_tool_functions`.
            tools: ["web_search", "web_fetch"],
            off: NoSwitch(
                "with `disabled_tools` their calls are refused, and a request still describes `web_search`: probed with \
                 3.0.2, 2026-11-29"
            ),
        },
        hosted: untested("nothing turns its web tools off, and whose servers search was not measured"),
        permission: [toml("~/.vibe/config.toml", owner: Whole) { "default_agent": "auto-approve" }],
        effort: ["low", "medium", "high", "max"],
        mcp: acp [stdio, http],
        home: [".vibe"],
        skills: ["~/.vibe/skills"],
        suite: { model: "gemini-3.1-flash-lite-preview", usage_tracking: on },
    }
}
