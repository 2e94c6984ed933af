//! The words of Python stand where those of JSON should.

registry_ui::agents! {
    fixture {
        config: [json("~/.fixture/settings.json") { "telemetry": False, "offline": True, "proxy": None, "model": Model }],
    }
}
