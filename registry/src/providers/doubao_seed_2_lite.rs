//! Doubao Seed 2 Lite.

use crate::provider;

provider! {
    /// ByteDance's Doubao Seed 2 Lite on Volcano Engine, at `DOUBAO_VOLCES_BASE_URL`.
    ///
    /// Each of the two Doubao models has a key of its own.
    doubao_seed_2_lite {
        endpoints: { OpenAiCompletions = "{base_url}" },
        parameters: { base_url = DOUBAO_VOLCES_BASE_URL },
        auth: ApiKey,
        credential: DOUBAO_SEED_2_LITE_API_KEY,
        families: ["doubao-seed-2-lite"],
    }
}
