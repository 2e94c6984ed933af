//! vLLM.

use crate::provider;

provider! {
    /// A vLLM server of the user's own.
    ///
    /// It has no fixed place: the user gives `BENCHFLOW_PROVIDER_BASE_URL`.
    vllm {
        endpoints: { OpenAiCompletions = "" },
        auth: ApiKey,
        credential: OPENAI_API_KEY,
        spellings: ["hosted_vllm", "openai_like", "custom_openai"],
    }
}
