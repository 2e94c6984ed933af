//! DashScope.

use crate::provider;

provider! {
    /// Alibaba Cloud's DashScope, which serves the Qwen models, at `QWEN_BASE_URL`.
    qwen_dashscope {
        endpoints: { OpenAiCompletions = "{base_url}" },
        parameters: { base_url = QWEN_BASE_URL },
        auth: ApiKey,
        credential: QWEN_API_KEY,
        families: ["qwen"],
        spellings: ["dashscope", "alibaba", "alibaba-cn", "qwen"],
    }
}
