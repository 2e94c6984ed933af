//! Factory Droid.

use crate::agent;

agent! {
    /// Droid, Factory's coding agent, in its ACP mode.
    ///
    /// It is proprietary. In its airgap mode, which is always on here, it takes the models of its file alone, asks for
    /// no account of Factory's, and leaves out what goes through Factory's servers: telemetry, updates, web tools.
    factory_droid {
        aliases: ["droid"],
        protocol: [OpenAiCompletions, OpenAiResponses, AnthropicMessages],
        // What its own script does, which would download what it does not find.
        install: [npm("droid", bin: "droid", postinstall: ["node", "-e", "
            const fs = require('fs');
            fs.rmSync('bin/droid');
            fs.linkSync(`../@factory/cli-linux-${process.arch}/bin/droid`, 'bin/droid');
        "])],
        runs: native,
        // A watcher beside each command asks it for the parent process, and kills the command without an answer.
        image: [tool("ps", debian: "procps")],
        launch: ["droid", "exec", "--output-format", "acp"],
        // Without a model of its own `session/new` is refused.
        handshake: {
            name: "@factory/cli", title: "Factory Droid", version: pinned,
            env: {
                BASE_URL = "http://127.0.0.1:9/v1",
                API_KEY = "dummy",
                MODEL = "dummy",
            },
            session: ok, exit: eof,
        },
        model: { format: Bare, via: File, proxy: RegisterProvider },
        env: { DROID_DISABLE_AUTO_UPDATE = "true" },
        references: parsed("${NAME}"),
        config: [
            jsonc("~/.factory/settings.json", if set(ACP_MODEL)) {
                "customModels": [{
                    "displayName": "benchflow",
                    "model": ACP_MODEL,
                    "baseUrl": if set(BASE_URL) { BASE_URL } else { "https://api.openai.com/v1" },
                    "apiKey": ref(API_KEY),
                    "reasoningEffort"?: EFFORT,
                    "provider": if proxy { "generic-chat-completion-api" } else { match PROTOCOL {
                        "anthropic-messages" => "anthropic",
                        "openai-responses" => "openai",
                        _ => "generic-chat-completion-api",
                    } },
                }],
                // Its name for the first of those models.
                "sessionDefaultSettings": { "model": "custom:benchflow-0", "reasoningEffort"?: EFFORT },
            },
        ],
        web: NoTools(
            "WebSearch and FetchUrl, which its tool search finds, are gone with FACTORY_AIRGAP_ENABLED: seen on the \
             wire with 0.215.0, 2026-11-29"
        ),
        permission: [
            jsonc("~/.factory/settings.json") { "sessionDefaultSettings": { "autonomyMode": "auto-high" } },
        ],
        effort: ["low", "medium", "high"],
        mcp: acp [stdio],
        home: [".factory"],
        skills: ["~/.factory/skills"],
        hosts: [
            host("api.factory.ai", env { FACTORY_AIRGAP_ENABLED = "true" }),
        ],
        suite: { model: "gemini-3.1-flash-lite-preview", usage_tracking: on },
    }
}
