//! mini-swe-agent.

use crate::agent;

agent! {
    /// mini-swe-agent, the small agent of SWE-bench's makers, behind an ACP server that is shipped with this entry.
    ///
    /// The package has a command line only; ours drives its agent, its prompts and its one tool, `bash`, over LiteLLM.
    /// An answer without a call of that tool is an error to the package, which asks again, three times at most.
    /// A turn that is cancelled ends once the model call or the command under way has ended.
    mini_swe_agent {
        aliases: ["mini"],
        protocol: OpenAiCompletions,
        install: [
            program("mini_swe_agent.py"),
            pypi("mini-swe-agent", python: "==3.12.*"),
            pypi("agent-client-protocol", python: "==3.12.*"),
        ],
        runs: python,
        launch: ["mini_swe_agent.py"],
        handshake: {
            name: "mini-swe-agent", version: pinned,
            env: {
                BASE_URL = "http://127.0.0.1:9/v1",
                API_KEY = "dummy",
                MODEL = "dummy",
            },
            session: ok, exit: eof,
        },
        model: { format: Bare, via: Env, proxy: AsIs },
        env: {
            MINI_SWE_AGENT_MODEL = ACP_MODEL,
            MINI_SWE_AGENT_BASE_URL = if set(BASE_URL) { BASE_URL } else { if set(API_KEY) {
                "https://api.openai.com/v1"
            } },
            MINI_SWE_AGENT_API_KEY = API_KEY,
            MINI_SWE_AGENT_EFFORT = if set(EFFORT) { EFFORT },
        },
        web: NoTools("its one tool is bash: seen on the wire with 2.4.6, 2026-11-30"),
        permission: [env { MINI_SWE_AGENT_MODE = "yolo" }],
        effort: ["minimal", "low", "medium", "high"],
        mcp: none("the package has one tool, and no client of MCP servers; read in 2.4.6"),
        home: [".config/mini-swe-agent"],
        hosts: [host("raw.githubusercontent.com", env { LITELLM_LOCAL_MODEL_COST_MAP = "True" })],
        suite: { model: "gemini-3.1-flash-lite-preview", usage_tracking: on },
    }
}
