//! The model is told by a file, which registers the alias too: whatever holds, one of its parts names it.

registry_ui::agents! {
    fixture {
        model: { format: Bare, via: File, proxy: RegisterProvider },
        config: [
            json("~/.fixture/a.json", if proxy) { "models": { ACP_MODEL_NAME: {} } },
            json("~/.fixture/a.json", if all(direct, set(BASE_URL))) { "model": match PROTOCOL {
                "openai-completions" => ACP_MODEL,
                _ => if root { MODEL } else { fmt("x/{MODEL}") },
            } },
            json("~/.fixture/a.json", if all(direct, not(set(BASE_URL)))) { "model"?: ACP_MODEL },
        ],
    }
}
