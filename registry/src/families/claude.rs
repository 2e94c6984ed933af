//! Claude.

use crate::family;

family! {
    /// Anthropic's Claude: Haiku, Sonnet and Opus, under whatever prefix a cloud gives them.
    ///
    /// The log-in token of Claude Code stands last, after the two kinds of key.
    claude {
        tokens: ["claude", "haiku", "sonnet", "opus"],
        namespace: "anthropic",
        protocols: [AnthropicMessages],
        keys: [ANTHROPIC_API_KEY, ANTHROPIC_AUTH_TOKEN, CLAUDE_CODE_OAUTH_TOKEN],
    }
}
