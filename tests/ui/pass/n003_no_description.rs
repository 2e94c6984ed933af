//! The entry has a doc comment.

registry::registry! {
    extends registry::REGISTRY;
    agents {
        mod fixture { registry_ui::agent! {
            /// What it is, in a sentence.
            fixture {}
        } }
    }
}
