//! GPT.

use crate::family;

family! {
    /// OpenAI's GPT models and the reasoning models o1, o3 and o4.
    gpt {
        tokens: ["gpt", "o1", "o3", "o4"],
        namespace: "openai",
        protocols: [OpenAiResponses, OpenAiCompletions],
        keys: [OPENAI_API_KEY],
    }
}
