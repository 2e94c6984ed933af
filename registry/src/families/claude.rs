//! Claude.

use crate::family;

family! {
    /// Anthropic's Claude: Haiku, Sonnet and Opus, under whatever prefix a cloud gives them.
    ///
    /// The log-in token of Claude Code is last, after the two kinds of key. The first variable of a base URL is
    /// that of Anthropic's own clients and of Claude Code, the second LiteLLM's.
    claude {
        tokens: ["claude", "haiku", "sonnet", "opus"],
        namespace: "anthropic",
        protocols: [AnthropicMessages],
        keys: [ANTHROPIC_API_KEY, ANTHROPIC_AUTH_TOKEN, CLAUDE_CODE_OAUTH_TOKEN],
        base_urls: [ANTHROPIC_BASE_URL, ANTHROPIC_API_BASE],
        spellings: ["anthropic", "claude"],
    }
}
