//! A word of a family is not lower-case, and two providers claim one.

registry::registry! {
    providers {
        mod one {
            registry::provider! {
                /// One of two.
                one {
                    endpoints: { OpenAiCompletions = "https://example.org" },
                    auth: ApiKey,
                    credential: FIXTURE_API_KEY,
                    families: ["glm", "GLM-X"],
                }
            }
        }
        mod two {
            registry::provider! {
                /// One of two.
                two {
                    endpoints: { OpenAiCompletions = "https://example.com" },
                    auth: ApiKey,
                    credential: FIXTURE_API_KEY,
                    families: ["glm"],
                }
            }
        }
    }
}

fn main() {}
