//! The module bears another name than its entry.

registry::registry! {
    extends registry::REGISTRY;
    agents {
        mod other { registry_ui::agent! {
            /// A fixture.
            fixture {}
        } }
    }
}

fn main() {}
