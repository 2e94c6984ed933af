//! Claude Code, behind Zed's first adapter.

use crate::agent;

agent! {
    /// Claude Code, Anthropic's coding agent, behind the first ACP adapter of Zed's.
    ///
    /// `claude-agent-acp` is its successor; this one has an older Agent SDK inside.
    zed_claude_code_acp {
        protocol: AnthropicMessages,
        install: [npm("@zed-industries/claude-code-acp", bin: "claude-code-acp")],
        carries: ["@anthropic-ai/claude-agent-sdk"],
        runs: node,
        launch: ["claude-code-acp"],
        handshake: {
            name: "@zed-industries/claude-code-acp", title: "Claude Code", version: pinned,
            session: ok, exit: signal,
        },
        model: { format: Bare, via: Env, proxy: AsIs },
        env: {
            ANTHROPIC_BASE_URL = BASE_URL,
            // Sent as a bearer token, which Anthropic's own endpoint does not take for a key; it would also win over a
            // log-in. There ANTHROPIC_API_KEY and CLAUDE_CODE_OAUTH_TOKEN reach the agent by themselves.
            ANTHROPIC_AUTH_TOKEN = if set(BASE_URL) { API_KEY },
            ANTHROPIC_MODEL = ACP_MODEL,
            // The adapter chooses `default` at the start of a session, whatever the variable above says; that is one of
            // these two. Small tasks have a model of their own, which no other vendor and no gateway serves.
            ANTHROPIC_DEFAULT_SONNET_MODEL = ACP_MODEL,
            ANTHROPIC_DEFAULT_OPUS_MODEL = ACP_MODEL,
            ANTHROPIC_DEFAULT_HAIKU_MODEL = if set(BASE_URL) { ACP_MODEL },
            // It has no levels, only a budget of tokens.
            MAX_THINKING_TOKENS = match EFFORT { "low" => "4000", "medium" => "10000", "high" => "31999" },
            DISABLE_AUTOUPDATER = "1",
        },
        base_url: WithoutV1,
        config: [json("~/.claude/settings.json") { "permissions": { "defaultMode": "default" } }],
        web: {
            tools: ["WebFetch", "WebSearch"],
            off: [
                json("~/.claude/settings.json") { "permissions": { "deny": append(["WebFetch", "WebSearch"]) } },
                unset [CLAUDE_CONFIG_DIR],
            ],
        },
        // Its search is a tool of Anthropic's servers, which it asks a model for; pages it fetches itself.
        hosted: {
            tools: ["WebSearch"],
            off: [
                json("~/.claude/settings.json") { "permissions": { "deny": append(["WebSearch"]) } },
                unset [CLAUDE_CONFIG_DIR],
            ],
        },
        // It takes no mode from its file. Its own tools are allowed by name; those of MCP servers need the mode, which
        // it offers to root only with the variable.
        permission: [
            json("~/.claude/settings.json") {
                "permissions": { "allow": append(["Bash", "BashOutput", "Edit", "KillShell", "Read", "Write"]) },
            },
            mode("bypassPermissions"),
            env { IS_SANDBOX = if root { "1" } },
        ],
        effort: ["low", "medium", "high"],
        mcp: acp [stdio, http],
        home: [".claude"],
        skills: ["~/.claude/skills"],
        login: [
            files(["~/.claude/.credentials.json"], instead_of: ANTHROPIC_API_KEY, own_endpoint),
            variable(CLAUDE_CODE_OAUTH_TOKEN, instead_of: ANTHROPIC_API_KEY, own_endpoint),
        ],
        hosts: [host("api.anthropic.com", env { CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC = "1" })],
        suite: { model: "claude-haiku-4-5-20251001", usage_tracking: on },
    }
}
