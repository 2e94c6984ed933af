//! Each entry has aliases of its own.

registry_ui::agents! {
    fixture {
        aliases: ["fix"],
    }
    mimo_fork {
        aliases: ["fork"],
    }
}
