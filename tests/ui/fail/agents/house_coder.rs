//! An entry whose name is misspelt.

registry::agent! {
    /// A fixture.
    house_codr {
        protocol: OpenAiCompletions,
        install: [npm("house-coder", bin: "fixture")],
        runs: native,
        launch: ["fixture", "acp"],
        handshake: { name: "fixture", session: ok, exit: eof },
        model: { format: Bare, via: SetModel, proxy: AsIs },
        env: { OPENAI_BASE_URL = BASE_URL, OPENAI_API_KEY = API_KEY },
        web: NoTools("its tool list was read"),
        home: [".fixture"],
    }
}
