//! A package is named with a version.

registry::registry! {
    extends registry::REGISTRY;
    agents {
        mod fixture {
            registry::agent! {
                /// A fixture.
                fixture {
                    protocol: OpenAiCompletions,
                    install: [npm("left-pad@latest", bin: "fixture")],
                    runs: node,
                    launch: ["fixture", "acp"],
                    handshake: { name: "fixture", session: ok, exit: eof },
                    model: { format: Bare, via: SetModel, proxy: AsIs },
                    env: { OPENAI_BASE_URL = BASE_URL, OPENAI_API_KEY = API_KEY },
                    web: NoTools("its tool list was read"),
                    home: [".fixture"],
                }
            }
        }
    }
}

fn main() {}
