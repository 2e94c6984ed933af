//! Cerebras.

use crate::provider;

provider! {
    /// Cerebras Inference: open models on its own hardware.
    ///
    /// Source: <https://docs.openclaw.ai/nl/providers/cerebras> and
    /// <https://docs.pipecat.ai/api-reference/server/services/llm/cerebras>, read 2026-11-29.
    cerebras {
        endpoints: { OpenAiCompletions = "{base_url}" },
        parameters: { base_url = CEREBRAS_BASE_URL or "https://api.cerebras.ai/v1" },
        auth: ApiKey,
        credential: CEREBRAS_API_KEY,
    }
}
