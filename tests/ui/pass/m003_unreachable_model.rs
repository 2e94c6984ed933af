//! The model is told by a file, which registers the alias too: whatever holds, one of its parts names it.

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
                    model: { format: Bare, via: File, proxy: RegisterProvider },
                    env: { OPENAI_BASE_URL = BASE_URL, OPENAI_API_KEY = API_KEY },
                    web: NoTools("its tool list was read"),
                    home: [".fixture"],
                    config: [
                        json("~/.fixture/a.json", if proxy) { "models": { ACP_MODEL_NAME: {} } },
                        json("~/.fixture/a.json", if all(direct, set(BASE_URL))) { "model": match PROTOCOL {
                            "openai-completions" => ACP_MODEL,
                            _ => if root { MODEL } else { fmt("x/{MODEL}") },
                        } },
                        json("~/.fixture/a.json", if all(direct, not(set(BASE_URL)))) { "model"?: ACP_MODEL },
                    ],
                }
            }
        }
    }
}

fn main() {}
