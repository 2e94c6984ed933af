//! OpenHands.

use crate::agent;

agent! {
    /// OpenHands, an open-source coding agent, in the ACP mode of its command-line program.
    ///
    /// It calls models through LiteLLM, whose ids begin with the protocol or the vendor. Its file decides: in ACP mode
    /// nothing reads the variables, whatever `--override-with-envs` says, so the key has to be in the file.
    openhands {
        aliases: ["oh"],
        protocol: [OpenAiCompletions, AnthropicMessages, GoogleGenerateContent],
        install: [
            pypi("openhands", bin: "openhands", python: "==3.12.*"),
            pypi("func-timeout", python: "==3.12.*", source: "pure Python; no wheel of it was ever published"),
        ],
        carries: ["openhands-sdk"],
        runs: python,
        launch: ["openhands", "acp", "--override-with-envs"],
        // Without a file `session/new` is refused with -32000.
        handshake: {
            name: "OpenHands CLI ACP Agent", version: pinned,
            env: {
                BASE_URL = "http://127.0.0.1:9/v1",
                API_KEY = "dummy",
                MODEL = "dummy",
            },
            session: ok, exit: signal,
        },
        model: { format: Bare, via: File, proxy: AsIs },
        accepts: [
            ANTHROPIC_API_KEY, GEMINI_API_KEY, GOOGLE_API_KEY, LLM_API_VERSION, LLM_REASONING_EFFORT, LLM_TIMEOUT,
        ],
        env: { LLM_BASE_URL = BASE_URL, LLM_API_KEY = API_KEY, OPENHANDS_SUPPRESS_BANNER = "1" },
        // Where there is a tmux, its terminal is one, which gets each variable in its arguments; a URL may have a
        // password in it.
        withhold: [
            API_KEY, BASE_URL, LLM_API_KEY, LLM_BASE_URL, ANTHROPIC_API_KEY, GEMINI_API_KEY, GOOGLE_API_KEY,
        ],
        config: [
            json("~/.openhands/agent_settings.json", if set(ACP_MODEL)) {
                "llm": {
                    // Vertex AI by LiteLLM's documents; untested it here.
                    "model": if proxy {
                        fmt("openai/{ACP_MODEL}")
                    } else if any(provider(GOOGLE_VERTEX), provider(ANTHROPIC_VERTEX)) {
                        fmt("vertex_ai/{ACP_MODEL}")
                    } else if set(BASE_URL) {
                        match PROTOCOL {
                            "anthropic-messages" => fmt("anthropic/{ACP_MODEL}"),
                            "google-generate-content" => fmt("gemini/{ACP_MODEL}"),
                            _ => fmt("openai/{ACP_MODEL}"),
                        }
                    } else if any(set(GEMINI_API_KEY), set(GOOGLE_API_KEY)) {
                        fmt("gemini/{ACP_MODEL}")
                    } else if set(ANTHROPIC_API_KEY) {
                        fmt("anthropic/{ACP_MODEL}")
                    } else {
                        fmt("openai/{ACP_MODEL}")
                    },
                    "api_key"?: if set(API_KEY) {
                        API_KEY
                    } else if set(GEMINI_API_KEY) {
                        GEMINI_API_KEY
                    } else if set(GOOGLE_API_KEY) {
                        GOOGLE_API_KEY
                    } else {
                        ANTHROPIC_API_KEY
                    },
                    // LiteLLM 1.106.2 puts `/models/…` behind the base URL of Gemini's protocol.
                    "base_url"?: if all(direct, set(BASE_URL)) {
                        match PROTOCOL {
                            "google-generate-content" => fmt("{BASE_URL}/v1beta"),
                            _ => BASE_URL,
                        }
                    } else {
                        BASE_URL
                    },
                    "api_version"?: LLM_API_VERSION,
                    "timeout"?: uint(LLM_TIMEOUT),
                    "reasoning_effort"?: if set(EFFORT) { EFFORT } else { LLM_REASONING_EFFORT },
                },
            },
        ],
        web: NoTools(
            "its tools are terminal, file_editor, task_tracker, task, finish and think: seen on the wire with 1.16.0, \
             2026-11-23"
        ),
        permission: [argv ["--always-approve"]],
        effort: ["low", "medium", "high", "xhigh"],
        // Over ACP the headers of an HTTP server are not in the form that it reads; in its file it replaces `${NAME}`.
        mcp: acp [stdio],
        home: [".openhands"],
        skills: ["~/.agents/skills", "$WORKSPACE/.agents/skills"],
        hosts: [
            host("raw.githubusercontent.com", env { LITELLM_LOCAL_MODEL_COST_MAP = "True" }),
            host("github.com", none("it always clones the public skills at the first prompt; fails quietly offline")),
        ],
        timeout: install(1200s),
        suite: { model: "gemini-3.1-flash-lite-preview", usage_tracking: on },
    }
}
