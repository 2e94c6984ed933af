//! A permission and an effort have their reasons.

registry_ui::agents! {
    fixture {
        permission: none("its commands ran without a request, as seen with 1.2.0"),
        effort: untested("its settings were not read"),
    }
}
