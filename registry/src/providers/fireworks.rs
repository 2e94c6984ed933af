//! Fireworks AI.

use crate::provider;

provider! {
    /// Fireworks AI: open models, whose ids begin with `accounts/fireworks/models/`.
    ///
    /// Source: <https://docs.pipecat.ai/api-reference/server/services/llm/fireworks>, and
    /// <https://www.developersdigest.tech/reference/api-compatibility/fireworks>, which cites its documents on both
    /// protocols; read 2026-11-29.
    fireworks {
        endpoints: {
            OpenAiCompletions = "https://api.fireworks.ai/inference/v1",
            AnthropicMessages = "https://api.fireworks.ai/inference",
        },
        auth: ApiKey,
        credential: FIREWORKS_API_KEY,
        spellings: ["fireworks_ai", "fireworks-ai"],
    }
}
