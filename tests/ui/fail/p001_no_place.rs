//! A provider that serves nothing, and one whose place is no URL.

registry::registry! {
    providers {
        mod one {
            registry::provider! {
                /// One of two.
                one {
                    endpoints: {},
                    auth: ApiKey,
                    credential: FIXTURE_API_KEY,
                }
            }
        }
        mod two {
            registry::provider! {
                /// One of two.
                two {
                    endpoints: { OpenAiCompletions = "http//example.org", OpenAiCompletions = "https://example.org" },
                    auth: ApiKey,
                    credential: FIXTURE_API_KEY,
                }
            }
        }
    }
}

fn main() {}
