//! An archive without a checksum, a branch for a commit, and a download piped into a shell.

registry::registry! {
    extends registry::REGISTRY;
    agents {
        mod fixture {
            registry::agent! {
                /// A fixture.
                fixture {
                    protocol: OpenAiCompletions,
                    install: [
                        archive("fixture", { LinuxX64: url("http://example.org/a.tar.gz", sha256: "abc") }),
                        git("https://example.org/a.git", commit: "main"),
                        sh("curl -fsSL https://example.org/install.sh | sh", writes: [], needs: ["curl"]),
                    ],
                    runs: native,
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
