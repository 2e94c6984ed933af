//! OpenAI.

use crate::provider;

provider! {
    /// OpenAI's own API, with chat completions and responses.
    ///
    /// `OPENAI_BASE_URL` names another place that the key is for.
    openai {
        endpoints: {
            OpenAiCompletions = "{base_url}",
            OpenAiResponses = "{base_url}",
        },
        parameters: { base_url = OPENAI_BASE_URL or "https://api.openai.com/v1" },
        auth: ApiKey,
        credential: OPENAI_API_KEY,
    }
}
