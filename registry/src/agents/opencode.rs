//! OpenCode.

use crate::agent;

agent! {
    /// OpenCode, an open-source coding agent for the terminal with a native ACP server.
    ///
    /// It knows models by their models.dev ids. Whenever a base URL is given, that provider is registered (or its
    /// built-in one overridden) under the first part of the id, so that calls go there and nowhere else. At start it
    /// also installs a plugin package of its own from npm in the background; no switch for that was found, and without
    /// a network it fails quietly.
    opencode {
        protocol: [OpenAiCompletions, AnthropicMessages, OpenAiResponses, GoogleGenerateContent],
        install: [npm("opencode-ai", bin: "opencode", postinstall: ["node", "postinstall.mjs"])],
        runs: native,
        launch: ["opencode", "acp"],
        // A session needs no variable and no file.
        handshake: { name: "OpenCode", version: pinned, session: ok, exit: eof },
        model: { format: ModelsDev, via: SetModel, proxy: RegisterProvider },
        accepts: [GEMINI_API_KEY, GOOGLE_API_KEY],
        env: {
            OPENAI_BASE_URL = BASE_URL,
            // Its built-in `google` reads this one alone, though its catalogue names the other two as well.
            GOOGLE_GENERATIVE_AI_API_KEY = if all(
                not(set(BASE_URL)), any(set(GEMINI_API_KEY), set(GOOGLE_API_KEY))
            ) { API_KEY },
            OPENCODE_DISABLE_AUTOUPDATE = "1",
        },
        references: "{env:NAME}",
        config: [
            jsonc("~/.config/opencode/opencode.json", if set(BASE_URL)) {
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
            // What it asks about where `permission` below is left out.
            jsonc("~/.config/opencode/opencode.json") { "permission": { "bash": "ask", "edit": "ask" } },
            // Without these, a harness that sets no model over ACP gets the vendor's own, and so do titles.
            jsonc("~/.config/opencode/opencode.json", if set(ACP_MODEL_PROVIDER)) {
                "model": ACP_MODEL, "small_model": ACP_MODEL,
            },
        ],
        web: {
            tools: ["webfetch", "websearch"],
            off: [
                jsonc("~/.config/opencode/opencode.json") { "tools": { "webfetch": false, "websearch": false } },
                // The strongest layer (measured): no file of the workspace and no other folder of settings undoes it.
                env { OPENCODE_CONFIG_CONTENT = "{\"tools\":{\"webfetch\":false,\"websearch\":false}}" },
            ],
        },
        hosted: none("its own process fetches pages and asks a search service, mcp.exa.ai; read in 1.18.32, 2026-11-30"),
        permission: [
            jsonc("~/.config/opencode/opencode.json") {
                "permission": {
                    "bash": "allow", "edit": "allow", "external_directory": "allow", "doom_loop": "allow",
                },
            },
        ],
        effort: ["minimal", "low", "medium", "high"],
        mcp: acp [stdio, http],
        home: [".opencode", ".config/opencode"],
        skills: ["~/.opencode/skills"],
        hosts: [
            host("models.opencode.ai", env { OPENCODE_DISABLE_MODELS_FETCH = "1" }),
            host("npm", none("no switch was found for the plugin package that it installs at every start")),
        ],
        suite: { model: "gemini-3.1-flash-lite-preview", usage_tracking: on },
    }
}
