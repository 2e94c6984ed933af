//! A Python without an upper bound.

registry::registry! {
    extends registry::REGISTRY;
    agents {
        mod fixture {
            registry::agent! {
                /// A fixture.
                fixture {
                    protocol: OpenAiCompletions,
                    install: [pypi("fixture", bin: "fixture", python: ">=3.12")],
                    runs: python,
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
