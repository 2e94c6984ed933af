//! Mistral AI.

use crate::provider;

provider! {
    /// Mistral's API. A bare id of its family names no key here; `mistral/…` does.
    ///
    /// Source: <https://docs.mistral.ai>, and `@earendil-works/pi-ai` 0.87.1, `dist/providers/mistral.js`; read
    /// 2026-11-29.
    mistral {
        endpoints: { OpenAiCompletions = "https://api.mistral.ai/v1" },
        auth: ApiKey,
        credential: MISTRAL_API_KEY,
        spellings: ["mistralai"],
    }
}
