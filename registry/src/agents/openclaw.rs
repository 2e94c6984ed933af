//! OpenClaw.

use crate::agent;

agent! {
    /// OpenClaw, a gateway between messengers and agents, with its own agent behind an ACP bridge.
    ///
    /// The bridge needs its gateway beside it, which listens some seconds after its start (17 on a busy machine). The
    /// gateway copies the key in the clear into `~/.openclaw/agents/main/agent/models.json`, whatever the entry writes.
    openclaw {
        protocol: [OpenAiCompletions, AnthropicMessages, OpenAiResponses, GoogleGenerateContent],
        // Without its postinstall it does not start: it completes the package itself, which it may not write.
        install: [
            npm("openclaw", bin: "openclaw", postinstall: ["node", "scripts/postinstall-bundled-plugins.mjs"]),
        ],
        runs: node,
        requires: node >= 22.19,
        launch: ["openclaw", "acp", "--url", fmt("ws://127.0.0.1:{PORT}")],
        beside: {
            argv: [
                "openclaw", "gateway", "--allow-unconfigured", "--auth", "none", "--bind", "loopback", "--port", PORT,
            ],
            within: 90s,
        },
        // A session needs the gateway only; no key is checked.
        handshake: {
            name: "openclaw-acp", title: "OpenClaw ACP Gateway", version: pinned,
            session: ok, exit: eof,
        },
        // Not over ACP: its gateway keeps locks in `/tmp`, whatever `TMPDIR` is, and an install changes nothing there.
        // Behind the version it prints the commit that it was built from.
        proof: [version("openclaw", ["--version"], "OpenClaw {VERSION} (eb377ac)")],
        model: { format: Bare, via: File, proxy: RegisterProvider, refuses: ["@", "__proto__"] },
        accepts: [ANTHROPIC_API_KEY, GEMINI_API_KEY, GOOGLE_API_KEY],
        references: parsed("${NAME}"),
        config: [
            jsonc("~/.openclaw/openclaw.json") {
                "gateway": { "mode": "local" },
                // Otherwise it keeps its log in /tmp.
                "logging": { "file": "~/.openclaw/openclaw.log" },
                // Otherwise it asks npm for a newer version at start, two catalogues for prices and one for models.
                "update": { "checkOnStart": false },
                "models": { "pricing": { "enabled": false }, "catalogRefresh": { "enabled": false } },
            },
            jsonc("~/.openclaw/openclaw.json", if set(BASE_URL)) {
                "models": { "providers": { "benchflow": {
                    // Its client of Gemini's protocol, which is Pi's, adds no version.
                    "baseUrl": if proxy { BASE_URL } else { match PROTOCOL {
                        "google-generate-content" => fmt("{BASE_URL}/v1beta"),
                        _ => BASE_URL,
                    } },
                    "apiKey": ref(API_KEY),
                    "api": if proxy { "openai-completions" } else { match PROTOCOL {
                        "anthropic-messages" => "anthropic-messages",
                        "openai-responses" => "openai-responses",
                        "google-generate-content" => "google-generative-ai",
                        _ => "openai-completions",
                    } },
                    "models": [{ "id": ACP_MODEL, "name": ACP_MODEL }],
                    // Otherwise it makes no call to a gateway on this machine or on a private address.
                    "request": { "allowPrivateNetwork": true },
                } } },
                "agents": { "defaults": { "model": { "primary": fmt("benchflow/{ACP_MODEL}") } } },
            },
            // A model of a well-known family goes to the provider of its own that has that family's key.
            jsonc("~/.openclaw/openclaw.json", if all(not(set(BASE_URL)), set(ACP_MODEL))) {
                "agents": { "defaults": { "model": { "primary": if any(set(GEMINI_API_KEY), set(GOOGLE_API_KEY)) {
                    fmt("google/{ACP_MODEL}")
                } else { if set(ANTHROPIC_API_KEY) {
                    fmt("anthropic/{ACP_MODEL}")
                } else {
                    fmt("openai/{ACP_MODEL}")
                } } } } },
            },
            // Its commands run in a login shell, whose profile puts the system's folders before the task's.
            jsonc("~/.openclaw/openclaw.json", if set(PATH)) { "tools": { "exec": { "pathPrepend": [PATH] } } },
            jsonc("~/.openclaw/openclaw.json", if set(MCP_SERVERS)) {
                "mcp": { "servers": servers {
                    stdio: { "command": server(command), "args": server(args), "env": server(env) },
                    http: { "url": server(url), "transport": "streamable-http", "headers": server(headers) },
                } },
            },
        ],
        web: {
            tools: ["web_fetch", "web_search", "browser"],
            off: [
                jsonc("~/.openclaw/openclaw.json") {
                    "tools": { "deny": append(["web_fetch", "web_search", "browser"]) },
                },
                unset [OPENCLAW_STATE_DIR],
            ],
        },
        // With the key of a vendor whose model searches, its search is a call to that model.
        hosted: {
            tools: ["web_search"],
            off: [
                jsonc("~/.openclaw/openclaw.json") { "tools": { "deny": append(["web_search"]) } },
                unset [OPENCLAW_STATE_DIR],
            ],
        },
        permission: none("it runs a command without a request, with its approvals as they are; measured with 2026.6.35"),
        effort: untested(
            "with `reasoning` of a model and `thinkingDefault` in its file no request says anything of it: 2026.6.35"
        ),
        // Its bridge refuses a session with servers; its gateway has its own.
        mcp: file [stdio, http],
        home: [".openclaw"],
        skills: ["~/.claude/skills", "$WORKSPACE/skills"],
        hosts: [
            host(
                "clawhub.ai",
                none("looked up for its list of plugins; OPENCLAW_CLAWHUB_URL does not stop it, and no switch was found"),
            ),
            host("openrouter.ai", none("not looked up with `models.pricing` off, as the file above has it")),
            host(
                "raw.githubusercontent.com",
                none("not looked up with `models.pricing` off, as the file above has it")
            ),
        ],
        suite: { model: "gemini-3.1-flash-lite-preview", usage_tracking: on },
    }
}
