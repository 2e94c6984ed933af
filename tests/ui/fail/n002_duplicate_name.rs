//! Two entries have one alias, and one takes a name of the registry it extends.

registry_ui::agents! {
    fixture {
        aliases: ["both"],
    }
    mimo_fork {
        aliases: ["both", "opencode"],
    }
}
