//! A provider and a family have no doc comment.

registry::registry! {
    extends registry::REGISTRY;
    providers {
        mod bare { registry::provider! {
            bare {
                endpoints: { OpenAiCompletions = "https://models.example.org/v1" },
                auth: ApiKey,
                credential: BARE_API_KEY,
            }
        } }
    }
    families {
        mod plain { registry::family! {
            plain {
                tokens: ["plain"],
                namespace: "plain",
                protocols: [OpenAiCompletions],
            }
        } }
    }
}

fn main() {}
