//! Groq.

use crate::provider;

provider! {
    /// Groq: open models on its own hardware, with chat completions and responses.
    ///
    /// Source: <https://console.groq.com/docs/openai>, read 2026-11-29.
    groq {
        endpoints: {
            OpenAiCompletions = "{base_url}",
            OpenAiResponses = "{base_url}",
        },
        parameters: { base_url = GROQ_BASE_URL or "https://api.groq.com/openai/v1" },
        auth: ApiKey,
        credential: GROQ_API_KEY,
    }
}
