//! Hunyuan.

use crate::provider;

provider! {
    /// Tencent's Hunyuan API, at `HUNYUAN_BASE_URL`.
    hunyuan {
        endpoints: { OpenAiCompletions = "{base_url}" },
        parameters: { base_url = HUNYUAN_BASE_URL },
        auth: ApiKey,
        credential: HUNYUAN_API_KEY,
        families: ["hunyuan"],
    }
}
