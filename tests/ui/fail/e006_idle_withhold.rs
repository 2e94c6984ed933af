//! Withheld are a variable that a file refers to, and one that the agent never had.

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
                    references: parsed("${NAME}"),
                    withhold: [API_KEY, OPENAI_API_KYE],
                    config: [json("~/.fixture/a.json") { "url": BASE_URL, "key": ref(API_KEY) }],
                }
            }
        }
    }
}

fn main() {}
