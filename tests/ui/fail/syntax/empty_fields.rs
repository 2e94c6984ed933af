//! Fields that are there and say nothing.

registry_ui::agents! {
    fixture {
        platforms: [],
        handshake: { name: "", session: ok, exit: eof },
    }
}
