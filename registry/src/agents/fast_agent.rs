//! fast-agent.

use crate::agent;

agent! {
    /// fast-agent, a framework for agents and MCP in Python, whose program has an ACP server.
    ///
    /// Its provider `generic` speaks chat completions; endpoint and key go through variables, and the model is a file
    /// among its model overlays. It is started with a shell. Only tools of MCP servers ask before they run.
    fast_agent {
        protocol: OpenAiCompletions,
        // `fast-agent-acp` is a launcher for the same program; its wheel of 0.10.48 holds no module.
        install: [pypi("fast-agent-mcp", bin: "fast-agent", python: "==3.12.*")],
        runs: python,
        launch: ["fast-agent", "acp", "--shell", "--no-permissions"],
        handshake: {
            name: "fast-agent-acp", version: pinned,
            env: {
                BASE_URL = "http://127.0.0.1:9/v1",
                API_KEY = "dummy",
                MODEL = "dummy",
            },
            session: ok, exit: eof,
        },
        model: { format: Bare, via: File, proxy: RegisterProvider },
        env: {
            FAST_AGENT_MODEL = if set(ACP_MODEL) { "benchflow" },
            GENERIC_API_KEY = API_KEY,
            GENERIC_BASE_URL = if set(BASE_URL) { BASE_URL } else { if set(API_KEY) {
                "https://api.openai.com/v1"
            } },
            // Otherwise it keeps each session, with its prompts, in the task's folder. It expands the `~` itself.
            FAST_AGENT_HOME = "~/.fast-agent",
        },
        config: [
            json("~/.fast-agent/model-overlays/benchflow.yaml", if set(ACP_MODEL)) {
                "name": "benchflow",
                "provider": "generic",
                "model": ACP_MODEL,
                "connection": { "reasoning_field": "reasoning_effort" },
                "defaults": { "reasoning"?: EFFORT },
            },
        ],
        web: NoTools("its tools are bash, process and three for files: seen on the wire with 0.10.48, 2026-11-30"),
        permission: none("its shell tool runs without a request, with and without `--no-permissions`: 0.10.48"),
        effort: ["minimal", "low", "medium", "high", "xhigh"],
        mcp: acp [stdio],
        home: [".fast-agent"],
        skills: ["~/.fast-agent/skills"],
        suite: { model: "gemini-3.1-flash-lite-preview", usage_tracking: on },
    }
}
