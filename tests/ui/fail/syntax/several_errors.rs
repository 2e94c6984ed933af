//! Many errors in one run, in the order of the source.

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
                    launch: ["other"],
                    handshake: { name: "fixture", session: ok, exit: eof },
                    model: { format: Bare, via: SetModel, proxy: AsIs },
                    env: { PATH = "x", OPENAI_BASE_URL = BASE_ULR },
                    web: { tools: ["fetch"], off: [] },
                    home: [".fixture"],
                    aliases: ["Bad Alias"],
                    config: [json("/etc/x.json") { "a": 1, "a": 2 }],
                    timeout: install(0s),
                }
            }
        }
    }
}

fn main() {}
