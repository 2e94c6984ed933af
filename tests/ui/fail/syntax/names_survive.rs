//! After errors, the names of the entry can still be used.

registry::registry! {
    extends registry::REGISTRY;
    agents {
        mod fixture { registry_ui::agent! {
            /// A fixture.
            fixture {
                timeout: install(0s),
            }
        } }
    }
}

fn main() {
    println!("{}", agents::FIXTURE.name);
}
