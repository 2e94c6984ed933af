//! `via` names a variable that does not exist, and no file registers the alias; files name the model under
//! some conditions only.

registry_ui::agents! {
    fixture {
        model: { format: Bare, via: Env, proxy: RegisterProvider },
    }
    fixture_b {
        model: { format: Bare, via: File, proxy: RegisterProvider },
        config: [
            json("~/.fixture/a.json", if set(BASE_URL)) { "model": match PROTOCOL {
                "openai-completions" => ACP_MODEL,
                _ => if not(proxy) { MODEL },
            } },
            json("~/.fixture/b.json", if proxy) { "models": { ACP_MODEL_NAME: {} }, "url"?: BASE_URL },
        ],
    }
}
