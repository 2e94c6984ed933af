//! Mistral.

use crate::family;

family! {
    /// Mistral's models, Codestral among them; no variable for its key is known here.
    mistral {
        tokens: ["mistral", "codestral"],
        namespace: "mistral",
        protocols: [OpenAiCompletions],
    }
}
