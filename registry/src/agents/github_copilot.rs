//! GitHub Copilot.

use crate::agent;

agent! {
    /// GitHub Copilot CLI in its ACP mode, with a model server of the user's own.
    ///
    /// Everything goes through variables. Its program unpacks itself under `~/.cache/copilot` when it first starts, so
    /// the home folder must be writable. Where it looks for skills was not tried. Its licence is GitHub's own.
    github_copilot {
        protocol: OpenAiCompletions,
        install: [npm("@github/copilot", bin: "copilot")],
        runs: node,
        // Without them it makes no call, says nothing, and ends its turn as usual.
        image: [certificates],
        launch: ["copilot", "--acp", if set(EFFORT) { "--reasoning-effort" }, EFFORT],
        // Without a provider `session/new` is refused with -32000.
        handshake: {
            name: "Copilot", title: "Copilot", version: pinned,
            env: {
                BASE_URL = "http://127.0.0.1:9/v1",
                API_KEY = "dummy",
                MODEL = "dummy",
            },
            session: ok, exit: eof,
        },
        model: { format: Bare, via: Env, proxy: AsIs },
        env: {
            COPILOT_PROVIDER_TYPE = "openai",
            // Without a base URL the call would go through GitHub, with a key that is OpenAI's.
            COPILOT_PROVIDER_BASE_URL = if set(BASE_URL) { BASE_URL } else { if set(API_KEY) {
                "https://api.openai.com/v1"
            } },
            COPILOT_PROVIDER_API_KEY = API_KEY,
            COPILOT_MODEL = ACP_MODEL,
        },
        // In the variables of MCP servers: `$NAME` and `${NAME}`; also a value that is just the name of a variable.
        references: parsed("$NAME"),
        config: [
            json("~/.copilot/mcp-config.json", if set(MCP_SERVERS)) {
                "mcpServers": servers { stdio: {
                    "type": "local", "command": server(command), "args": server(args), "env": server(env),
                    "tools": ["*"],
                } },
            },
        ],
        web: { tools: ["web_fetch", "semantic_code_search"], off: [env { COPILOT_OFFLINE = "true" }] },
        hosted: untested("its package is a native program, and only the names of its tools were seen"),
        permission: [argv ["--allow-all-tools", "--allow-all-paths"]],
        effort: ["minimal", "low", "medium", "high", "xhigh"],
        mcp: acp [http] file [stdio],
        home: [".copilot", ".cache/copilot"],
        hosts: [host("api.github.com", env { COPILOT_AUTO_UPDATE = "false" })],
        suite: { model: "gemini-3.1-flash-lite-preview", usage_tracking: on },
    }
}
