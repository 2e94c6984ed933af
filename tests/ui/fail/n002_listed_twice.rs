//! One module is in the list twice.

registry::registry! {
    extends registry::REGISTRY;
    agents {
        mod fixture { registry_ui::agent! {
            /// A fixture.
            fixture {}
        } }
        mod fixture;
    }
}

fn main() {}
