//! OpenAI.

use crate::provider;

provider! {
    /// OpenAI's own API, with chat completions and responses.
    openai {
        endpoints: {
            OpenAiCompletions = "https://api.openai.com/v1",
            OpenAiResponses = "https://api.openai.com/v1",
        },
        auth: ApiKey,
        credential: OPENAI_API_KEY,
    }
}
