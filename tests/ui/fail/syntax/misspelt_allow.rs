//! The field `allow` is misspelt: what it allows is not reported as well.

registry::registry! {
    extends registry::REGISTRY;
    agents {
        mod fixture {
            registry::agent! {
                /// A fixture.
                fixture {
                    protocol: OpenAiCompletions,
                    install: [archive("fixture", { LinuxX64: url("https://example.org/fixture.tar.gz", sha256: "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef") })],
                    runs: native,
                    launch: ["fixture", "acp"],
                    handshake: { name: "fixture", session: ok, exit: eof },
                    model: { format: Bare, via: SetModel, proxy: AsIs },
                    env: { OPENAI_BASE_URL = BASE_URL },
                    web: NoTools("its tool list was read"),
                    home: [".fixture"],
                    alow: [E004("it takes no key")],
                }
            }
        }
    }
}

fn main() {}
