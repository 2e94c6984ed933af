//! An alias is a kebab-case word.

registry_ui::agents! {
    fixture {
        aliases: ["claude-code-2"],
    }
}
