//! GPT.

use crate::family;

family! {
    /// OpenAI's GPT models and the reasoning models o1, o3 and o4.
    ///
    /// Open models whose ids begin with its word are served by others, and not by OpenAI. The first variable of a base
    /// URL is that of OpenAI's own clients, the second LiteLLM's.
    gpt {
        tokens: ["gpt", "o1", "o3", "o4"],
        namespace: "openai",
        protocols: [OpenAiResponses, OpenAiCompletions],
        keys: [OPENAI_API_KEY],
        base_urls: [OPENAI_BASE_URL, OPENAI_API_BASE],
        excludes: ["gpt-oss", "gpt-j", "gpt-neo", "gpt4all"],
    }
}
