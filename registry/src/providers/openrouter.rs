//! OpenRouter.

use crate::provider;

provider! {
    /// OpenRouter: models of many vendors behind one key.
    ///
    /// Model ids begin with the vendor, so `openrouter/qwen/qwen3-coder` is served as `qwen/qwen3-coder`. Agents that
    /// speak Anthropic's protocol use `openrouter-anthropic`. Source of the responses:
    /// <https://openrouter.ai/docs/client-sdks/typescript/sdks/responses/README>, read 2026-11-29.
    openrouter {
        endpoints: {
            OpenAiCompletions = "https://openrouter.ai/api/v1",
            OpenAiResponses = "https://openrouter.ai/api/v1",
        },
        auth: ApiKey,
        credential: OPENROUTER_API_KEY,
    }
}
