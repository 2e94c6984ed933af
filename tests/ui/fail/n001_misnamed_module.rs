//! The name of the module differs from the name of its entry.

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
