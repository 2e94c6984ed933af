//! Each word is claimed once.

registry_ui::families! {
    one {
        tokens: ["one-a", "o1"],
        namespace: "x",
        protocols: [OpenAiCompletions],
    }
    two {
        tokens: ["two"],
        namespace: "x",
        protocols: [OpenAiCompletions],
    }
}
