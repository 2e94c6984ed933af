//! A private registry that extends the public one: its entries are checked by the same rules, and its commands are the
//! same.

coding_agents::registry! {
    extends coding_agents::REGISTRY;
    agents {
        mod house_coder;
        mod parrot;
    }
    providers {
        mod house_cloud;
    }
}
