//! xAI.

use crate::provider;

provider! {
    /// xAI's API for the Grok models, with chat completions and responses.
    ///
    /// Source: <https://docs.x.ai/developers/rest-api-reference/inference>, read 2026-11-29.
    xai {
        endpoints: {
            OpenAiCompletions = "{base_url}",
            OpenAiResponses = "{base_url}",
        },
        parameters: { base_url = XAI_API_BASE or "https://api.x.ai/v1" },
        auth: ApiKey,
        credential: XAI_API_KEY,
        spellings: ["x-ai"],
    }
}
