//! Each variable is set once.

registry_ui::agents! {
    fixture {
        hosts: [host("example.org", env { QUIET = "1" })],
    }
}
