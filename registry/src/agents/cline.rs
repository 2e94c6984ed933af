//! Cline.

use crate::agent;

agent! {
    /// Cline, an autonomous coding agent, in the ACP mode of its command-line program.
    ///
    /// Its endpoint is in a file of its own, its key in a variable, and the model is set over ACP alone. Where it
    /// looks for skills was not tried.
    cline {
        protocol: OpenAiCompletions,
        install: [npm("cline", bin: "cline")],
        // npm links `cline` to the program of the platform package, which has the same name: no Node.js is between.
        runs: native,
        // Its only package for Linux asks for glibc's loader, which the lock does not record.
        platforms: [LinuxX64],
        launch: ["cline", "--acp"],
        // Without a key and a provider `session/new` is refused with -32000.
        handshake: {
            name: "cline", version: pinned,
            env: { BASE_URL = "http://127.0.0.1:9/v1", API_KEY = "dummy" },
            session: ok, exit: eof,
        },
        model: { format: Bare, via: SetModel, proxy: AsIs },
        env: {
            CLINE_PROVIDER = "openai-compatible",
            CLINE_API_KEY = API_KEY,
            // Otherwise a daemon stays behind, on a port that two agents would share.
            CLINE_SESSION_BACKEND_MODE = "local",
            CLINE_NO_AUTO_UPDATE = "1",
        },
        config: [
            json("~/.cline/data/settings/providers.json", if any(set(BASE_URL), set(API_KEY))) {
                "version": 1,
                "providers": { "openai-compatible": {
                    "settings": {
                        "provider": "openai-compatible",
                        // Without it, a harness that sets no model over ACP gets the vendor's own.
                        "model"?: ACP_MODEL,
                        // A bare model of OpenAI's has no base URL of its own.
                        "baseUrl": if set(BASE_URL) { BASE_URL } else { "https://api.openai.com/v1" },
                    },
                    "updatedAt": "2026-01-01T00:00:00.000Z",
                } },
            },
            json("~/.cline/data/settings/global-settings.json") {
                "telemetryOptOut": true,
                "autoUpdateEnabled": false,
            },
            json("~/.cline/data/settings/cline_mcp_settings.json", if set(MCP_SERVERS)) {
                "mcpServers": servers {
                    // Without a limit, in seconds, a server has three for its start.
                    stdio: {
                        "type": "stdio", "command": server(command), "args": server(args), "env": server(env),
                        "timeout": 60,
                    },
                    http: {
                        "type": "streamableHttp", "url": server(url), "headers": server(headers),
                        "timeout": 60,
                    },
                },
            },
        ],
        web: {
            // The second is not offered with this provider; its switch is another one.
            tools: ["fetch_web_content", "web_search"],
            off: [
                json("~/.cline/data/settings/global-settings.json") {
                    "disabledTools": append(["fetch_web_content"]),
                    "tools": { "web_search": { "enabled": false } },
                },
                unset [CLINE_DIR, CLINE_DATA_DIR, CLINE_GLOBAL_SETTINGS_PATH],
            ],
        },
        hosted: none("its own process fetches the page; read in 3.0.65, 2026-11-30"),
        // Without these it asks before every command.
        permission: [argv ["--auto-approve", "true"]],
        effort: untested("`--thinking` changes no request with a model that it does not know; measured with 3.0.65"),
        mcp: file [stdio, http],
        home: [".cline"],
        hosts: [
            host("otel.cline.bot", none("not looked up with `telemetryOptOut` on, as the file above has it")),
            host("data.cline.bot", none("feature flags at the first prompt; only variables for its own tests stop it")),
        ],
        suite: { model: "gemini-3.1-flash-lite-preview", usage_tracking: on },
    }
}
