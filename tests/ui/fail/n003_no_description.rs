//! The entry has no doc comment.

registry::registry! {
    extends registry::REGISTRY;
    agents {
        mod fixture { registry_ui::agent! {
            fixture {}
        } }
    }
}

fn main() {}
