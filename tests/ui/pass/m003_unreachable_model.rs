//! A file names the model and registers the alias, under every condition.

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
