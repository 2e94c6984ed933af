//! Hugging Face.

use crate::provider;

provider! {
    /// The router of Hugging Face to its inference providers; model ids are those of its hub.
    ///
    /// Source: <https://openclawlab.com/zh-cn/docs/providers/huggingface/>, read 2026-11-29.
    huggingface {
        endpoints: { OpenAiCompletions = "https://router.huggingface.co/v1" },
        auth: ApiKey,
        credential: HF_TOKEN,
    }
}
