//! A misspelt name in an entry's own file: the lock and the entry are still found.

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
