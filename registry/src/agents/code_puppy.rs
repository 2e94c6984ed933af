//! Code Puppy.

use crate::agent;

agent! {
    /// Code Puppy, an open coding agent in Python, in its ACP mode.
    ///
    /// Models of one's own are in a file, which refers to the variable that holds the key. Its ACP server is one of its
    /// core plugins.
    code_puppy {
        protocol: [OpenAiCompletions, OpenAiResponses, AnthropicMessages],
        install: [pypi("code-puppy", bin: "code-puppy", python: "==3.12.*")],
        carries: ["code-puppy-core-plugins"],
        runs: python,
        launch: ["code-puppy", "--acp"],
        handshake: {
            name: "code-puppy", title: "Code Puppy", version: pinned,
            env: {
                BASE_URL = "http://127.0.0.1:9/v1",
                API_KEY = "dummy",
                MODEL = "dummy",
            },
            session: ok, exit: eof,
        },
        model: { format: Bare, via: ConfigOption, proxy: RegisterProvider },
        env: { OPENAI_API_KEY = API_KEY },
        references: parsed("$NAME"),
        config: [
            json("~/.code_puppy/extra_models.json", if set(ACP_MODEL)) {
                ACP_MODEL: {
                    "type": if proxy { "custom_openai" } else { match PROTOCOL {
                        "anthropic-messages" => "custom_anthropic",
                        "openai-responses" => "custom_openai_responses",
                        _ => "custom_openai",
                    } },
                    "name": ACP_MODEL,
                    "custom_endpoint": {
                        "url": if set(BASE_URL) { BASE_URL } else { "https://api.openai.com/v1" },
                        "api_key": ref(API_KEY),
                    },
                },
            },
        ],
        web: {
            tools: ["invoke_agent"],
            off: Untested(
                "its request has no web tool of its own (0.0.946, 2026-11-30); agents that it can invoke have a browser"
            ),
        },
        hosted: none("the browser of the agents that it invokes runs beside it; read in 0.0.946, 2026-11-30"),
        permission: none("its `yolo_mode` is on where its file does not turn it off, as read in 0.0.946"),
        effort: untested(
            "its `setting_defaults` reach requests for models named `gpt-5` and newer alone (0.0.946, 2026-11-30)"
        ),
        mcp: acp [stdio],
        home: [".code_puppy"],
        suite: { model: "gemini-3.1-flash-lite-preview", usage_tracking: on },
    }
}
