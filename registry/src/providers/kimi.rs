//! Kimi.

use crate::provider;

provider! {
    /// Moonshot AI's Kimi API, at `KIMI_BASE_URL`.
    kimi {
        endpoints: { OpenAiCompletions = "{base_url}" },
        parameters: { base_url = KIMI_BASE_URL },
        auth: ApiKey,
        credential: KIMI_API_KEY,
        families: ["kimi", "moonshot"],
        spellings: ["moonshot", "moonshotai", "moonshotai-cn"],
    }
}
