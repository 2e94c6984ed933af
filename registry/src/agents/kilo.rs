//! Kilo.

use crate::agent;

agent! {
    /// Kilo, an OpenCode fork of Kilo Code with a native ACP server.
    ///
    /// It knows models by their models.dev ids. Whenever a base URL is given, that provider is registered (or its
    /// built-in one overridden) under the first part of the id, so that calls go there and nowhere else.
    kilo {
        aliases: ["kilocode"],
        protocol: [OpenAiCompletions, AnthropicMessages, OpenAiResponses, GoogleGenerateContent],
        // Its program finds the native one in the platform's package by itself; the postinstall only copies it.
        install: [npm("@kilocode/cli", bin: "kilo")],
        runs: node,
        launch: ["kilo", "acp"],
        // A session needs no variable and no file.
        handshake: { name: "Kilo", version: pinned, session: ok, exit: eof },
        model: { format: ModelsDev, via: SetModel, proxy: RegisterProvider },
        accepts: [GEMINI_API_KEY, GOOGLE_API_KEY],
        env: {
            OPENAI_BASE_URL = BASE_URL,
            GOOGLE_GENERATIVE_AI_API_KEY = if all(
                not(set(BASE_URL)), any(set(GEMINI_API_KEY), set(GOOGLE_API_KEY))
            ) { API_KEY },
            KILO_DISABLE_AUTOUPDATE = "1",
        },
        references: "{env:NAME}",
        config: [
            jsonc("~/.config/kilo/kilo.json", if set(BASE_URL)) {
                "provider": { ACP_MODEL_PROVIDER: {
                    // Under these two names it calls the Responses API, which `@ai-sdk/openai-compatible` lacks.
                    "npm": match ACP_MODEL_PROVIDER {
                        "openai" => "@ai-sdk/openai",
                        "xai" => "@ai-sdk/xai",
                        _ => if proxy { "@ai-sdk/openai-compatible" } else { match PROTOCOL {
                            "anthropic-messages" => "@ai-sdk/anthropic",
                            "google-generate-content" => "@ai-sdk/google",
                            "openai-responses" => "@ai-sdk/openai",
                            _ => "@ai-sdk/openai-compatible",
                        } },
                    },
                    "name": ACP_MODEL_PROVIDER,
                    "options": {
                        "baseURL": if proxy { ref(BASE_URL) } else { match PROTOCOL {
                            "anthropic-messages" => fmt("{BASE_URL}/v1"),
                            "google-generate-content" => fmt("{BASE_URL}/v1beta"),
                            _ => ref(BASE_URL),
                        } },
                        "apiKey": ref(API_KEY),
                    },
                    // `id` is what goes over the wire: a model's own id may hold a slash.
                    "models": { ACP_MODEL_NAME: {
                        "id": if proxy { ALIAS } else { MODEL },
                        "name": ACP_MODEL_NAME,
                        "options"?: { "reasoningEffort": EFFORT },
                    } },
                } },
            },
            // Without these, a harness that sets no model over ACP gets the vendor's own, and so do titles.
            jsonc("~/.config/kilo/kilo.json", if set(ACP_MODEL_PROVIDER)) {
                "model": ACP_MODEL, "small_model": ACP_MODEL,
            },
            // What it asks about where `permission` below is left out.
            jsonc("~/.config/kilo/kilo.json") { "permission": { "bash": "ask", "edit": "ask" } },
            // Otherwise it looks up the models of its vendor's gateway.
            jsonc("~/.config/kilo/kilo.json") { "disabled_providers": ["kilo"] },
        ],
        web: {
            tools: ["webfetch", "websearch"],
            off: [
                jsonc("~/.config/kilo/kilo.json") { "tools": { "webfetch": false, "websearch": false } },
                // The strongest layer in OpenCode, from which it was forked; here only that it suffices was measured.
                env { KILO_CONFIG_CONTENT = "{\"tools\":{\"webfetch\":false,\"websearch\":false}}" },
            ],
        },
        hosted: none("its own process fetches pages and asks a search service, mcp.exa.ai; read in 7.7.7, 2026-11-30"),
        permission: [
            jsonc("~/.config/kilo/kilo.json") {
                "permission": {
                    "bash": "allow", "edit": "allow", "external_directory": "allow", "doom_loop": "allow",
                },
            },
        ],
        effort: ["minimal", "low", "medium", "high"],
        mcp: acp [stdio, http],
        home: [".kilo", ".config/kilo"],
        skills: ["~/.kilo/skills"],
        hosts: [
            host("models.dev", env { KILO_DISABLE_MODELS_FETCH = "1" }),
            host("us.i.posthog.com", env { KILO_TELEMETRY_LEVEL = "off" }),
            host(
                "api.kilo.ai", none("not looked up with the provider `kilo` disabled, as the file above has it")
            ),
        ],
        suite: { model: "gemini-3.1-flash-lite-preview", usage_tracking: on },
    }
}
