//! TOML with a null, a key given twice, a merge into TOML, and two files that contradict each other.

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
                    web: NoTools("its tool list was read"),
                    home: [".fixture"],
                    config: [
                        toml("~/.fixture/a.toml") { "model": null, "name": "a", "name": "b" },
                        json("~/.fixture/b.json") { "mode": "x" },
                        json("~/.fixture/b.json", if proxy) { "mode": "y", "key": ref(API_KEY) },
                    ],
                }
            }
        }
    }
}

fn main() {}
