//! A family without words.

registry::registry! {
    families {
        mod one {
            registry::family! {
                /// One of two.
                one {
                    tokens: [],
                    namespace: "x",
                    protocols: [OpenAiCompletions],
                }
            }
        }
        mod two {
            registry::family! {
                /// One of two.
                two {
                    tokens: ["two"],
                    namespace: "x",
                    protocols: [OpenAiCompletions],
                }
            }
        }
    }
}

fn main() {}
