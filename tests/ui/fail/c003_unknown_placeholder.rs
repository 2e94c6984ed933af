//! A misspelt placeholder in the web policy and in the switch of a host.

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
                    env: { OPENAI_BASE_URL = BASE_URL, OPENAI_API_KEY = API_KEY },
                    web: {
                        tools: ["fetch"],
                        off: [json("~/.fixture/a.json") { "fetch": fmt("off {MODLE}") }, env { OFF = fmt("{MODLE}-fetch") }],
                    },
                    home: [".fixture"],
                    hosts: [host("example.org", env { OFFLINE = fmt("{PROVIDR}") })],
                }
            }
        }
    }
}

fn main() {}
