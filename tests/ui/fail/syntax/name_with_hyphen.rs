//! A name with a hyphen.

registry::registry! {
    extends registry::REGISTRY;
    agents {
        mod fixture { registry::agent! {
            /// A fixture.
            fixture-acp {}
        } }
    }
}

fn main() {}
