//! Nothing is launched, and a program leaves its folder.

registry::registry! {
    extends registry::REGISTRY;
    agents {
        mod fixture {
            registry::agent! {
                /// A fixture.
                fixture {
                    protocol: OpenAiCompletions,
                    install: [npm("left-pad", bin: "../x")],
                    runs: node,
                    launch: [],
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
