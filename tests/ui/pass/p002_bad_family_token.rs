//! Each word is claimed once.

registry::registry! {
    families {
        mod one {
            registry::family! {
                /// One of two.
                one {
                    tokens: ["one-a", "o1"],
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
