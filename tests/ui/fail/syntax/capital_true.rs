//! `True` and `None` as in Python, instead of `true` and `null`.

registry_ui::agents! {
    fixture {
        config: [json("~/.fixture/settings.json") { "telemetry": False, "offline": True, "proxy": None, "model": Model }],
    }
}
