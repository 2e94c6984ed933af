//! An API key without its variable.

registry::registry! {
    providers {
        mod fixture {
            registry::provider! {
                /// A provider.
                fixture {
                    endpoints: { OpenAiCompletions = "https://example.org" },
                    auth: ApiKey,
                }
            }
        }
    }
}

fn main() {}
