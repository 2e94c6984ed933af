//! Each placeholder has its parameter.

registry::registry! {
    providers {
        mod fixture {
            registry::provider! {
                /// A provider.
                fixture {
                    endpoints: { OpenAiCompletions = "https://{resource}.example.org" },
                    parameters: { resource = FIXTURE_RESOURCE or host_of(FIXTURE_ENDPOINT) },
                    auth: ApiKey,
                    credential: FIXTURE_API_KEY,
                }
            }
        }
    }
}

fn main() {}
