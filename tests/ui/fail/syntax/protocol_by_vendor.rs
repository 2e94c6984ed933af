//! Protocols are named by the vendor alone.

registry_ui::agents! {
    fixture {
        protocol: [openai, anthropic, gemini, openai_responses, soap],
    }
}
