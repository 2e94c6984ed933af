//! OpenAI, US region.

use crate::provider;

provider! {
    /// OpenAI's API with data kept in the United States; it takes the keys of OpenAI.
    us_openai {
        endpoints: {
            OpenAiCompletions = "https://us.api.openai.com/v1",
            OpenAiResponses = "https://us.api.openai.com/v1",
        },
        auth: ApiKey,
        credential: OPENAI_API_KEY,
    }
}
