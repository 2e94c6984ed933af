//! DeepSeek.

use crate::provider;

provider! {
    /// DeepSeek's API; `DEEPSEEK_BASE_URL` names another place that serves its models.
    deepseek {
        endpoints: { OpenAiCompletions = "{base_url}" },
        parameters: { base_url = DEEPSEEK_BASE_URL or "https://api.deepseek.com/v1" },
        auth: ApiKey,
        credential: DEEPSEEK_API_KEY,
        families: ["deepseek"],
    }
}
