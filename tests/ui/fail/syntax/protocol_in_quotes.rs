//! A protocol is written as routing names it.

registry_ui::agents! {
    fixture {
        protocol: "openai-completions",
    }
}
