//! NVIDIA.

use crate::provider;

provider! {
    /// NVIDIA's API catalogue: open models, whose ids begin with the vendor.
    ///
    /// Source: <https://build.nvidia.com>, as indexed at
    /// <https://docsearch.algolia.com/mcp/docs/website/build.nvidia.com>; read 2026-11-29.
    nvidia {
        endpoints: { OpenAiCompletions = "https://integrate.api.nvidia.com/v1" },
        auth: ApiKey,
        credential: NVIDIA_API_KEY,
        spellings: ["nvidia_nim"],
    }
}
