//! Mappings to variables that an entry must not set.

registry_ui::agents! {
    fixture {
        env: { PATH = "/x", lower = "y", BENCHFLOW_PROVIDER_MODEL = "z", LD_PRELOAD = "w" },
    }
}
