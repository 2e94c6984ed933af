//! A family without words.

registry_ui::families! {
    one {
        tokens: [],
        namespace: "x",
        protocols: [OpenAiCompletions],
    }
    two {
        tokens: ["two"],
        namespace: "x",
        protocols: [OpenAiCompletions],
    }
}
