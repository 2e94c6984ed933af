//! The name in an entry's own file is misspelt: its lock is found, and the list finds the entry.

registry::registry! {
    extends registry::REGISTRY;
    agents {
        mod house_coder;
    }
}

fn main() {
    let _ = REGISTRY.agents;
    let _ = agents::HOUSE_CODER;
}
