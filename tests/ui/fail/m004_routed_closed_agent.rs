//! An agent that no model server can be given to has a protocol, maps the model, is in the suite, and turns its web
//! tools off without a proof; another one does not say why it takes none.

registry_ui::agents! {
    fixture {
        protocol: OpenAiCompletions,
        model: none("its back end is its vendor's"),
        env: { FIXTURE_MODEL = MODEL },
        base_url: WithV1,
        web: NoTools("its tool list was read"),
        suite: { model: "gpt-5.4-nano", usage_tracking: on },
    }
    fixture_b without protocol without env {
        model: none(""),
        web: { tools: ["fetch"], off: [argv ["--no-web"]] },
    }
    fixture_c without protocol without env {
        model: none(),
        handshake: { name: "fixture", env: { API_KEY = "dummy" }, session: ok, exit: eof },
        web: { tools: ["unknown"], off: Untested("no request of it is seen") },
    }
}
