//! OpenRouter.

use crate::provider;

provider! {
    /// OpenRouter: models of many vendors behind one key.
    ///
    /// Model ids begin with the vendor, so `openrouter/qwen/qwen3-coder` is served as `qwen/qwen3-coder`.
    openrouter {
        endpoints: { OpenAiCompletions = "https://openrouter.ai/api/v1" },
        auth: ApiKey,
        credential: OPENROUTER_API_KEY,
    }
}
