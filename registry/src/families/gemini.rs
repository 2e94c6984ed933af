//! Gemini.

use crate::family;

family! {
    /// Google's Gemini and Gemma.
    ///
    /// The first variable of a base URL is that of Google's own clients and of Gemini CLI; LiteLLM has the last.
    gemini {
        tokens: ["gemini", "gemma"],
        namespace: "google",
        protocols: [GoogleGenerateContent],
        keys: [GEMINI_API_KEY, GOOGLE_API_KEY],
        base_urls: [GOOGLE_GEMINI_BASE_URL, GEMINI_BASE_URL, GEMINI_API_BASE],
        spellings: ["google", "gemini"],
    }
}
