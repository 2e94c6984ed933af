//! Words as other languages write them: each help has the right form.

registry_ui::agents! {
    fixture {
        runs: "native",
        handshake: { name: "fixture", version: "1.0", session: "ok", exit: EOF },
        suite: { model: "gpt-5.4-nano", usage_tracking: true },
    }
    other {
        handshake: { name: "other", session: REFUSED, exit: signal() },
        suite: { model: "gpt-5.4-nano", usage_tracking: "off" },
    }
}
