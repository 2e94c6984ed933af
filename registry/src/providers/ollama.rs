//! Ollama.

use crate::provider;

provider! {
    /// An Ollama server of the user's own, at `OLLAMA_BASE_URL`, which ends with `/v1`.
    ///
    /// The address of its documents is `http://localhost:11434/v1`; from inside a container that is the container
    /// itself, so there is no default. A local server takes any text for a key.
    ///
    /// Source: <https://www.developersdigest.tech/reference/api-compatibility/ollama>, which cites its documents; read
    /// 2026-11-29.
    ollama {
        endpoints: {
            OpenAiCompletions = "{base_url}",
            OpenAiResponses = "{base_url}",
        },
        parameters: { base_url = OLLAMA_BASE_URL },
        auth: ApiKey,
        credential: OLLAMA_API_KEY,
        spellings: ["ollama_chat"],
    }
}
