//! Parrot.

use coding_agents::agent;

agent! {
    /// An agent that says what it was told: a program shipped with its entry, for trying a harness without a model.
    parrot {
        protocol: OpenAiCompletions,
        install: [program("parrot.mjs")],
        runs: node,
        launch: ["parrot.mjs"],
        handshake: { name: "parrot", title: "Parrot", session: ok, exit: eof },
        model: { format: Bare, via: SetModel, proxy: AsIs },
        web: NoTools("it has no tools at all: parrot.mjs"),
        home: [".parrot"],
        suite: { model: HOUSE_CLOUD / "house-1", usage_tracking: off },
    }
}
