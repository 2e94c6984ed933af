//! A copy of another entry that still has its name.

registry_ui::agent! {
    /// A fixture.
    fixture {}
}
