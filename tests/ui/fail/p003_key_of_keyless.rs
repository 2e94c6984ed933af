//! A variable for a provider that takes none.

registry::registry! {
    providers {
        mod fixture {
            registry::provider! {
                /// A provider.
                fixture {
                    endpoints: { OpenAiCompletions = "https://example.org" },
                    auth: None,
                    credential: FIXTURE_API_KEY,
                }
            }
        }
    }
}

fn main() {}
