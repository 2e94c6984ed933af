//! Deep Agents.

use crate::agent;

agent! {
    /// Deep Agents, LangChain's agent library, behind an ACP server of a few lines that is shipped with this entry.
    ///
    /// The package's own server is a demonstration wired to one model; ours takes model, base URL and key from
    /// variables, and speaks chat completions. Its commands run unasked. It writes nothing into the home folder.
    deepagents {
        protocol: OpenAiCompletions,
        install: [
            program("deepagents_agent.py"),
            pypi("deepagents-acp", python: "==3.12.*"),
            pypi("langchain-openai", python: "==3.12.*"),
        ],
        carries: ["deepagents"],
        runs: python,
        launch: ["deepagents_agent.py"],
        handshake: {
            info: none("`agentInfo` is null: the library gives none"),
            env: {
                BASE_URL = "http://127.0.0.1:9/v1",
                API_KEY = "dummy",
                MODEL = "dummy",
            },
            session: ok, exit: eof,
        },
        model: { format: Bare, via: Env, proxy: AsIs },
        env: {
            DEEPAGENTS_MODEL = ACP_MODEL,
            DEEPAGENTS_BASE_URL = if set(BASE_URL) { BASE_URL } else { if set(API_KEY) {
                "https://api.openai.com/v1"
            } },
            DEEPAGENTS_API_KEY = API_KEY,
            DEEPAGENTS_REASONING_EFFORT = EFFORT,
        },
        web: NoTools(
            "its tools are ls, read_file, write_file, edit_file, delete, glob, grep, execute and task: seen on the \
             wire with 0.0.13, 2026-11-23"
        ),
        permission: untested("no request for permission was looked for"),
        effort: ["minimal", "low", "medium", "high", "xhigh"],
        mcp: none("its library keeps the servers of a session and starts none; read in 0.0.13"),
        suite: { model: "gemini-3.1-flash-lite-preview", usage_tracking: on },
    }
}
