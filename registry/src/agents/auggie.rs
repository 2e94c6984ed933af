//! Auggie.

use crate::agent;

agent! {
    /// Auggie, the coding agent of Augment Code, with a closed back end.
    ///
    /// Its vendor serves its models to those who have logged in. Its license asks for a subscription.
    auggie {
        install: [npm("@augmentcode/auggie", bin: "auggie")],
        runs: node,
        requires: node >= 20.0,
        launch: ["auggie", "--acp"],
        // Its version has a commit behind it.
        handshake: { name: "auggie", title: "Auggie Agent", session: refused(-32000), exit: eof },
        model: none(
            "its models are served by its vendor alone, and `session/new` is refused with -32000 without a log-in: \
             measured with 0.36.0"
        ),
        env: { AUGMENT_DISABLE_AUTO_UPDATE = "1" },
        web: {
            tools: ["web-fetch", "web-search"],
            off: Untested("without a session no request of it is seen"),
        },
        hosted: untested("without a session no request of it is seen"),
        permission: untested("without a session no tool runs"),
        effort: untested("without a session no request of it is seen"),
        mcp: untested("without a session no server is started"),
        home: [".augment"],
    }
}
