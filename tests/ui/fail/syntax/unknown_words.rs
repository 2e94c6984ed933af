//! Words of closed sets that do not exist: rustc says what there is.

registry_ui::agents! {
    fixture {
        protocol: OpenAICompletions,
        runs: nativ,
        model: { format: ModelsDevs, via: SetModel, proxy: AsIs },
    }
}
