//! A misspelt placeholder in the web policy and in the switch of a host.

registry_ui::agents! {
    fixture {
        web: {
            tools: ["fetch"],
            off: [json("~/.fixture/a.json") { "fetch": fmt("off {MODLE}") }, env { OFF = fmt("{MODLE}-fetch") }],
        },
        hosts: [host("example.org", env { OFFLINE = fmt("{PROVIDR}") })],
    }
}
