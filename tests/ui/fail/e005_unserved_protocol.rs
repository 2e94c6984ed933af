//! No provider or family of this registry serves the protocol.

registry::registry! {
    agents {
        mod fixture { registry_ui::agent! {
            /// A fixture.
            fixture {
                protocol: [OpenAiCompletions, GoogleGenerateContent],
            }
        } }
    }
    providers {
        mod fixture_cloud { registry::provider! {
            /// A provider.
            fixture_cloud {
                endpoints: { OpenAiCompletions = "https://example.org/v1" },
                auth: ApiKey,
                credential: FIXTURE_API_KEY,
            }
        } }
    }
}

fn main() {}
