//! Gemini.

use crate::family;

family! {
    /// Google's Gemini and Gemma.
    gemini {
        tokens: ["gemini", "gemma"],
        namespace: "google",
        protocols: [GoogleGenerateContent],
        keys: [GEMINI_API_KEY, GOOGLE_API_KEY],
    }
}
