//! Empty fields.

registry_ui::agents! {
    fixture {
        platforms: [],
        handshake: { name: "", session: ok, exit: eof },
    }
}
