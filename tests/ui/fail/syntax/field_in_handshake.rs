//! Fields of the entry inside other fields.

registry_ui::agents! {
    fixture {
        handshake: { name: "fixture", session: ok, exit: eof, timeout: install(900s) },
        model: { format: Bare, via: SetModel, proxy: AsIs, env: { X = "1" } },
    }
}
