//! A file was copied, and the entry in it still has the name of the first.

registry::registry! {
    extends registry::REGISTRY;
    agents {
        mod fixture { registry_ui::agent! {
            /// A fixture.
            fixture {}
        } }
        mod fixture_copy;
    }
}

fn main() {}
