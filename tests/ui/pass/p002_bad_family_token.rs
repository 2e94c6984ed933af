//! Each word belongs to one family or provider.

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
