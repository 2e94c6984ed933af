//! MiniMax.

use crate::provider;

provider! {
    /// MiniMax's API, at `MINIMAX_BASE_URL`.
    minimax {
        endpoints: { OpenAiCompletions = "{base_url}" },
        parameters: { base_url = MINIMAX_BASE_URL },
        auth: ApiKey,
        credential: MINIMAX_API_KEY,
        families: ["minimax"],
        spellings: ["minimax-cn"],
    }
}
