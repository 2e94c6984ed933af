//! Fields of the entry stand inside others.

registry_ui::agents! {
    fixture {
        handshake: { name: "fixture", session: ok, exit: eof, timeout: install(900s) },
        model: { format: Bare, via: SetModel, proxy: AsIs, env: { X = "1" } },
    }
}
