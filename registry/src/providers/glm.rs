//! GLM.

use crate::provider;

provider! {
    /// The GLM models at an endpoint of the user's own choice, `GLM_BASE_URL`.
    ///
    /// Bare `glm-…` ids belong here; `zai/…` names the fixed endpoint.
    glm {
        endpoints: { OpenAiCompletions = "{base_url}" },
        parameters: { base_url = GLM_BASE_URL },
        auth: ApiKey,
        credential: GLM_API_KEY,
        families: ["glm"],
        models: [model("glm-5.1", context_window: 200000, max_tokens: 131072, reasoning: true, input: ["text"])],
        spellings: ["zhipuai"],
    }
}
