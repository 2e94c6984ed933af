//! MiMo Code.

use crate::agent;

agent! {
    /// MiMo Code, Xiaomi's fork of OpenCode with a native ACP server.
    ///
    /// It checks ids against its own catalogue, in which `xiaomi` has a fixed endpoint: the keys of regional and token
    /// plans need the endpoint overridden, and a gateway's alias needs a provider of its own. Which hosts it looks up,
    /// and by which variables that stops, was not measured: its package cannot be fetched from where this was written.
    mimo {
        protocol: OpenAiCompletions,
        install: [npm("@mimo-ai/cli", bin: "mimo", postinstall: ["node", "postinstall.mjs"])],
        runs: native,
        launch: ["mimo", "acp"],
        // The name by the harness that runs it today; the session and the end as OpenCode, from which it was forked.
        handshake: { name: "OpenCode", session: ok, exit: eof },
        model: { format: ModelsDev, via: SetModel, proxy: RegisterProvider },
        accepts: [XIAOMI_API_KEY, XIAOMI_BASE_URL],
        env: { OPENAI_BASE_URL = BASE_URL, OPENAI_API_KEY = API_KEY },
        references: "{env:NAME}",
        config: [
            jsonc("~/.config/mimocode/mimocode.json", if all(direct, set(XIAOMI_API_KEY))) {
                "provider": { "xiaomi": { "options": {
                    "baseURL"?: ref(XIAOMI_BASE_URL), "apiKey": ref(XIAOMI_API_KEY),
                } } },
            },
            jsonc("~/.config/mimocode/mimocode.json", if any(
                proxy, all(set(BASE_URL), not(all(provider(XIAOMI), set(XIAOMI_API_KEY))))
            )) {
                "provider": { ACP_MODEL_PROVIDER: {
                    "npm": "@ai-sdk/openai-compatible",
                    "name": ACP_MODEL_PROVIDER,
                    "options": { "baseURL": ref(BASE_URL), "apiKey": ref(API_KEY) },
                    "models": { ACP_MODEL_NAME: {
                        "id": if proxy { ALIAS } else { MODEL },
                        "name": ACP_MODEL_NAME,
                    } },
                } },
            },
            // Without these, a harness that sets no model over ACP gets the vendor's own, and so do titles.
            jsonc("~/.config/mimocode/mimocode.json", if set(ACP_MODEL_PROVIDER)) {
                "model": ACP_MODEL, "small_model": ACP_MODEL,
            },
        ],
        web: {
            tools: ["webfetch", "websearch"],
            off: [jsonc("~/.config/mimocode/mimocode.json") { "tools": { "webfetch": false, "websearch": false } }],
        },
        hosted: untested("its packages could not be had"),
        permission: untested("its package cannot be fetched from where this was written"),
        effort: untested("its package cannot be fetched from where this was written"),
        mcp: untested("its package cannot be fetched from where this was written"),
        home: [".mimocode", ".config/mimocode"],
        skills: ["~/.mimocode/skills"],
        timeout: install(1200s),
        suite: { model: XIAOMI / "mimo-v2.5", usage_tracking: on },
    }
}
