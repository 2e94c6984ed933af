//! The lock has another package, a range for a version, and nothing for a target.

registry::registry! {
    extends registry::REGISTRY;
    agents {
        mod unfit {
            registry::agent! {
                /// A fixture.
                unfit {
                    protocol: OpenAiCompletions,
                    install: [npm("left-pad", bin: "fixture"), npm("ranged")],
                    runs: native,
                    launch: ["fixture", "acp"],
                    handshake: { name: "fixture", session: ok, exit: eof },
                    model: { format: Bare, via: SetModel, proxy: AsIs },
                    env: { OPENAI_BASE_URL = BASE_URL, OPENAI_API_KEY = API_KEY },
                    web: NoTools("its tool list was read"),
                    home: [".fixture"],
                    platforms: [LinuxX64, LinuxArm64],
                }
            }
        }
    }
}

fn main() {}
