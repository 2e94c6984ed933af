//! Z.ai.

use crate::provider;

provider! {
    /// Z.ai, the international API for the GLM models.
    ///
    /// It claims no family: a bare `glm-…` id belongs to the provider `glm`.
    zai {
        endpoints: {
            OpenAiCompletions = "https://api.z.ai/api/paas/v4",
            OpenAiResponses = "https://api.z.ai/api/paas/v4",
            AnthropicMessages = "https://api.z.ai/api/anthropic",
        },
        auth: ApiKey,
        credential: ZAI_API_KEY,
        models: [
            model("glm-5", context_window: 200000, max_tokens: 131072, reasoning: true, input: ["text"]),
            model("glm-5.1", context_window: 200000, max_tokens: 131072, reasoning: true, input: ["text"]),
        ],
        spellings: ["z-ai"],
    }
}
