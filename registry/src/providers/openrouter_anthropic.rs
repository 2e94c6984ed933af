//! OpenRouter, over the protocol of Anthropic.

use crate::provider;

provider! {
    /// OpenRouter's endpoint for agents that speak Anthropic's protocol; key and model ids are those of `openrouter`.
    ///
    /// Source: <https://www.developersdigest.tech/setup/openrouter/claude-code>, which cites its guide for Claude Code;
    /// read 2026-11-29.
    openrouter_anthropic {
        endpoints: { AnthropicMessages = "https://openrouter.ai/api" },
        auth: ApiKey,
        credential: OPENROUTER_API_KEY,
    }
}
