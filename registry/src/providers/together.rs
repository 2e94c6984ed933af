//! Together AI.

use crate::provider;

provider! {
    /// Together AI: open models behind one key; their ids begin with the vendor.
    ///
    /// Source: <https://docs.together.ai/docs/inference/openai-compatibility>, read 2026-11-29.
    together {
        endpoints: { OpenAiCompletions = "{base_url}" },
        parameters: { base_url = TOGETHER_BASE_URL or "https://api.together.ai/v1" },
        auth: ApiKey,
        credential: TOGETHER_API_KEY,
        spellings: ["together_ai", "togetherai"],
    }
}
