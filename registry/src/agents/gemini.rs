//! Gemini CLI.

use crate::agent;

agent! {
    /// Gemini CLI, Google's coding agent, in its ACP mode.
    ///
    /// The model must be set before the first prompt: left unset, a classifier is asked first, which a plain model
    /// server can stall for over a minute.
    gemini {
        also: ["0.60.0"],
        protocol: GoogleGenerateContent,
        install: [npm("@google/gemini-cli", bin: "gemini")],
        runs: node,
        requires: node >= 20.0,
        launch: ["gemini", "--acp"],
        // Without a key `session/new` is refused with -32000.
        handshake: {
            name: "gemini-cli", title: "Gemini CLI", version: pinned,
            env: { API_KEY = "dummy", BASE_URL = "http://127.0.0.1:9" },
            session: ok, exit: eof,
        },
        model: { format: Bare, via: SetModel, proxy: AsIs },
        env: {
            GOOGLE_GEMINI_BASE_URL = BASE_URL,
            GEMINI_API_KEY = API_KEY,
        },
        base_url: WithoutV1,
        config: [
            jsonc("~/.gemini/settings.json") {
                "privacy": { "usageStatisticsEnabled": false },
                "general": { "enableAutoUpdate": false, "enableAutoUpdateNotification": false },
            },
            // Without it, a harness that sets no model over ACP gets the vendor's own (read in 0.42.0).
            jsonc("~/.gemini/settings.json", if set(ACP_MODEL)) { "model": { "name": ACP_MODEL } },
            // Its models of version 2.5 take a budget, as Google maps the words of OpenAI; all others take a level. A
            // request may have one of the two. `match` names a base of its own list of models.
            jsonc("~/.gemini/settings.json", if set(EFFORT)) {
                "modelConfigs": {
                    "customOverrides": [
                        {
                            "match": { "model": "chat-base" },
                            "modelConfig": {
                                "generateContentConfig": { "thinkingConfig": { "thinkingLevel": EFFORT } },
                            },
                        },
                        {
                            "match": { "model": "chat-base-3" },
                            "modelConfig": {
                                "generateContentConfig": { "thinkingConfig": { "thinkingLevel": EFFORT } },
                            },
                        },
                        {
                            "match": { "model": "chat-base-2.5" },
                            "modelConfig": {
                                "generateContentConfig": {
                                    "thinkingConfig": {
                                        "thinkingLevel": null,
                                        "thinkingBudget": match EFFORT { "low" => 1024, "high" => 24576 },
                                    },
                                },
                            },
                        },
                    ],
                },
            },
            jsonc("~/.gemini/settings.json", if provider(GOOGLE_VERTEX)) {
                "security": { "auth": { "selectedType": "vertex-ai" } },
            },
        ],
        web: {
            tools: ["web_fetch", "google_web_search"],
            off: [
                jsonc("~/.gemini/settings.json") {
                    "tools": { "exclude": append(["web_fetch", "google_web_search"]) },
                },
                unset [GEMINI_CLI_HOME],
            ],
        },
        // Both are tools of Google's servers, which calls of its own to the model ask for.
        hosted: all,
        // In a folder that it does not trust, `--yolo` is undone without a word.
        permission: [argv ["--yolo"], env { GEMINI_CLI_TRUST_WORKSPACE = "true" }],
        effort: ["low", "high"],
        mcp: acp [stdio, http],
        home: [".gemini"],
        skills: ["~/.gemini/skills"],
        login: [
            files(
                ["~/.gemini/oauth_creds.json", "~/.gemini/settings.json", "~/.gemini/google_accounts.json"],
                instead_of: GEMINI_API_KEY
            ),
        ],
        hosts: [
            host(
                "play.googleapis.com",
                none("not looked up with `usageStatisticsEnabled` off, as the file above has it")
            ),
        ],
        suite: { model: "gemini-3.1-flash-lite-preview", usage_tracking: on },
    }
}
