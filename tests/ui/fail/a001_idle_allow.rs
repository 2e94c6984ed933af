//! Allows that silence nothing, have no reason, name no rule, or one that cannot be allowed.

registry::registry! {
    extends registry::REGISTRY;
    agents {
        mod fixture {
            registry::agent! {
                /// A fixture.
                fixture {
                    protocol: OpenAiCompletions,
                    install: [sh(r#"mkdir -p bin
                    "#, bin: "fixture", writes: ["fixture"], needs: [], allow: I003("it is fine"))],
                    runs: native,
                    launch: ["fixture", "acp"],
                    handshake: { name: "fixture", session: ok, exit: eof },
                    model: { format: Bare, via: SetModel, proxy: AsIs },
                    env: { OPENAI_BASE_URL = BASE_URL },
                    web: NoTools("its tool list was read"),
                    home: [".fixture"],
                    allow: [E004(""), X999("why"), C002("why")],
                }
            }
        }
    }
}

fn main() {}
