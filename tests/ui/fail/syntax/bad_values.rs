//! Values that are none.

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
                    launch: ["fixture", model],
                    handshake: { name: "fixture", session: ok, exit: eof },
                    model: { format: Bare, via: SetModel, proxy: AsIs },
                    env: { A = [1 2], B = tru, C = 0x1f, D = fmt("{MODEL"), E },
                    web: NoTools("its tool list was read"),
                    home: [".fixture"],
                }
            }
        }
    }
}

fn main() {}
