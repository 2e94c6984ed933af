//! An alias has a blank and capitals.

registry_ui::agents! {
    fixture {
        aliases: ["Claude Code", "fine"],
    }
}
