//! The model is told by a variable that does not exist, and no file registers the alias; and by files that do so under
//! conditions only.

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
                    model: { format: Bare, via: Env, proxy: RegisterProvider },
                    env: { OPENAI_BASE_URL = BASE_URL, OPENAI_API_KEY = API_KEY },
                    web: NoTools("its tool list was read"),
                    home: [".fixture"],
                }
            }
        }
        mod fixture_b {
            registry::agent! {
                /// A fixture.
                fixture_b {
                    protocol: OpenAiCompletions,
                    install: [archive("fixture", { LinuxX64: url("https://example.org/fixture.tar.gz", sha256: "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef") })],
                    runs: native,
                    launch: ["fixture", "acp"],
                    handshake: { name: "fixture", session: ok, exit: eof },
                    model: { format: Bare, via: File, proxy: RegisterProvider },
                    env: { OPENAI_BASE_URL = BASE_URL, OPENAI_API_KEY = API_KEY },
                    web: NoTools("its tool list was read"),
                    home: [".fixture"],
                    config: [
                        json("~/.fixture/a.json", if set(BASE_URL)) { "model": match PROTOCOL {
                            "openai-completions" => ACP_MODEL,
                            _ => if not(proxy) { MODEL },
                        } },
                        json("~/.fixture/b.json", if proxy) { "models": { ACP_MODEL_NAME: {} }, "url"?: BASE_URL },
                    ],
                }
            }
        }
    }
}

fn main() {}
