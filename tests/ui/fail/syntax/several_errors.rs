//! Many errors in one run, in the order of the source.

registry_ui::agents! {
    fixture {
        launch: ["other"],
        env: { PATH = "x", OPENAI_BASE_URL = BASE_ULR },
        web: { tools: ["fetch"], off: [] },
        aliases: ["Bad Alias"],
        config: [json("/etc/x.json") { "a": 1, "a": 2 }],
        timeout: install(0s),
    }
}
