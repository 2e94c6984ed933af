//! GitHub Models.

use crate::provider;

provider! {
    /// GitHub Models: models of several vendors behind a GitHub token.
    ///
    /// Model ids begin with the vendor, so `github-models/openai/gpt-4.1-mini` is served as `openai/gpt-4.1-mini`.
    github_models {
        endpoints: { OpenAiCompletions = "https://models.github.ai/inference" },
        auth: ApiKey,
        credential: GITHUB_TOKEN,
        spellings: ["github"],
    }
}
