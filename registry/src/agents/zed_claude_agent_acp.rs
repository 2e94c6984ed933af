//! Claude Code, behind Zed's last adapter.

use crate::agent;

agent! {
    /// Claude Code, Anthropic's coding agent, behind the last ACP adapter of Zed's.
    ///
    /// `claude-agent-acp` has since taken its place; `zed-claude-code-acp` came before it. Many trees still install it.
    zed_claude_agent_acp {
        protocol: AnthropicMessages,
        install: [npm("@zed-industries/claude-agent-acp", bin: "claude-agent-acp")],
        carries: ["@anthropic-ai/claude-agent-sdk"],
        runs: node,
        launch: ["claude-agent-acp"],
        // A session needs no variable and no file. It answers every flag with silence and status 0, so a version is
        // not a proof.
        handshake: {
            name: "@zed-industries/claude-agent-acp", title: "Claude Agent", version: pinned,
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
            // these two.
            ANTHROPIC_DEFAULT_SONNET_MODEL = ACP_MODEL,
            ANTHROPIC_DEFAULT_OPUS_MODEL = ACP_MODEL,
            // Small tasks have a model of their own, which no other vendor and no gateway serves.
            ANTHROPIC_DEFAULT_HAIKU_MODEL = if set(BASE_URL) { ACP_MODEL },
            // The first is for models that choose how much they think, also those that it does not know; the second for
            // older ones.
            CLAUDE_CODE_EFFORT_LEVEL = EFFORT,
            MAX_THINKING_TOKENS = match EFFORT { "low" => "4000", "medium" => "10000", "high" => "31999" },
            DISABLE_AUTOUPDATER = "1",
        },
        base_url: WithoutV1,
        // Its own default mode has a second model judge every tool call; this one asks.
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
        // As root it refuses to skip permissions without the variable.
        permission: [
            json("~/.claude/settings.json") { "permissions": { "defaultMode": "bypassPermissions" } },
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
        // Looked up even with another base URL; DISABLE_TELEMETRY alone does not stop it.
        hosts: [
            host("api.anthropic.com", env { CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC = "1" }),
            host(
                "raw.githubusercontent.com",
                none("looked up although that variable is set; no other switch was found")
            ),
        ],
        suite: { model: "claude-haiku-4-5-20251001", usage_tracking: on },
    }
}
