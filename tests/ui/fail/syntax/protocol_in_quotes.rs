//! A protocol in quotes, as routing names it.

registry_ui::agents! {
    fixture {
        protocol: "openai-completions",
    }
}
