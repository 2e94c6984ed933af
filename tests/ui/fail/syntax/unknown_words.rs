//! Unknown words of closed sets: rustc lists the known words.

registry_ui::agents! {
    fixture {
        protocol: OpenAICompletions,
        runs: nativ,
        model: { format: ModelsDevs, via: SetModel, proxy: AsIs },
    }
}
