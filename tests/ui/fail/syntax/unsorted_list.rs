//! The list of agents is not sorted.

registry_ui::agents! {
    second {}
    first {}
}
