//! LiteLLM.

use crate::provider;

provider! {
    /// A LiteLLM proxy of the user's own, at `LITELLM_BASE_URL`.
    litellm {
        endpoints: { OpenAiCompletions = "{base_url}" },
        parameters: { base_url = LITELLM_BASE_URL },
        auth: ApiKey,
        credential: LITELLM_API_KEY,
        spellings: ["litellm_proxy"],
    }
}
