//! A placeholder without a parameter, and a parameter that no URL uses.

registry::registry! {
    providers {
        mod fixture {
            registry::provider! {
                /// A provider.
                fixture {
                    endpoints: { OpenAiCompletions = "https://{resource}.example.org/{version" , OpenAiResponses = "https://{region}.example.org" },
                    parameters: { account = FIXTURE_ACCOUNT },
                    auth: ApiKey,
                    credential: FIXTURE_API_KEY,
                }
            }
        }
    }
}

fn main() {}
