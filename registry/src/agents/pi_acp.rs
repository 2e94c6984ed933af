//! Pi.

use crate::agent;

agent! {
    /// Pi, a small coding agent with four tools, behind the ACP adapter `pi-acp`.
    ///
    /// Adapter and agent are pinned as a pair: with the agent's former package the adapter hangs at `session/new`. It
    /// answers `initialize` even where the agent is missing, so only a session shows that both are there.
    pi_acp {
        aliases: ["pi"],
        protocol: [OpenAiCompletions, AnthropicMessages, OpenAiResponses, GoogleGenerateContent],
        install: [
            npm("pi-acp", bin: "pi-acp"),
            npm("@earendil-works/pi-coding-agent", bin: "pi"),
        ],
        runs: node,
        requires: node >= 22.19,
        launch: ["pi-acp"],
        // Without a model `session/new` is refused with -32000.
        handshake: {
            name: "pi-acp", title: "pi ACP adapter", version: pinned,
            env: {
                PROVIDER = "dummy",
                BASE_URL = "http://127.0.0.1:9/v1",
                API_KEY = "dummy",
                MODEL = "dummy",
            },
            session: ok, exit: eof,
        },
        proof: [acp, version("pi", ["--version"], "{VERSION}")],
        model: { format: RegisteredProvider, via: ConfigOption, proxy: RegisterProvider },
        env: { PI_ACP_PI_COMMAND = companion("pi") },
        // In keys only. A literal that begins with `!` would be run by a shell, so a key is never written there.
        references: parsed("${NAME}"),
        config: [
            json("~/.pi/agent/models.json", if all(direct, set(BASE_URL), set(PROVIDER))) {
                "providers": { PROVIDER: {
                    // Its client of Gemini's protocol adds no version (`@earendil-works/pi-ai` 0.87.1).
                    "baseUrl": match PROTOCOL {
                        "google-generate-content" => fmt("{BASE_URL}/v1beta"),
                        _ => BASE_URL,
                    },
                    "api": match PROTOCOL {
                        "anthropic-messages" => "anthropic-messages",
                        "openai-responses" => "openai-responses",
                        "google-generate-content" => "google-generative-ai",
                        _ => "openai-completions",
                    },
                    "apiKey": ref(API_KEY),
                    "models": [{ "id": MODEL, "reasoning"?: if set(EFFORT) { true } }],
                } },
            },
            json("~/.pi/agent/models.json", if proxy) {
                "providers": { "litellm": {
                    "baseUrl": BASE_URL,
                    "api": "openai-completions",
                    "apiKey": ref(API_KEY),
                    "models": [{ "id": ALIAS, "reasoning"?: if set(EFFORT) { true } }],
                } },
            },
            // Without it, a harness that sets no model over ACP gets one of its choice (`docs/settings.md`, in 0.87.1).
            json("~/.pi/agent/settings.json", if set(ACP_MODEL_PROVIDER)) {
                "defaultProvider": ACP_MODEL_PROVIDER, "defaultModel": ACP_MODEL_NAME,
                "defaultThinkingLevel"?: EFFORT,
            },
        ],
        web: NoTools("its tools are read, bash, edit and write, as seen on the wire"),
        permission: none("it has no requests for permission; read in 1.6.0"),
        effort: ["minimal", "low", "medium", "high", "xhigh"],
        mcp: none(
            "it starts none of a session, and in its own `~/.pi/agent/mcp.json` a value that begins with `!` is a \
             command of the shell: read in 0.0.34 and 1.6.0"
        ),
        home: [".pi"],
        skills: ["~/.pi/agent/skills", "~/.agents/skills"],
        // A catalogue of models; PI_SKIP_VERSION_CHECK alone does not stop it.
        hosts: [host("pi.dev", env { PI_OFFLINE = "1", PI_TELEMETRY = "0" })],
        suite: { model: "gemini-3.1-flash-lite-preview", usage_tracking: on },
    }
}
