//! A field is given twice.

registry_ui::agents! {
    fixture {
        home: [".fixture"],
        home: [".other"],
    }
}
