//! Every kind of credential.

registry::registry! {
    providers {
        mod one {
            registry::provider! {
                /// One of two.
                one {
                    endpoints: { OpenAiCompletions = "" },
                    auth: Aws,
                    credential: all_of(FIXTURE_TOKEN, [FIXTURE_REGION, FIXTURE_ZONE]),
                }
            }
        }
        mod two {
            registry::provider! {
                /// One of two.
                two {
                    endpoints: { OpenAiCompletions = "https://example.org" },
                    auth: Adc,
                    credential: file(FIXTURE_JSON, "~/.config/fixture.json", FIXTURE_FILE),
                }
            }
        }
    }
}

fn main() {}
