//! A host without a setting that turns its look-up off, in three spellings.

registry_ui::agents! {
    fixture {
        hosts: ["telemetry.example", host("updates.example"), host("pings.example", off)],
    }
}
