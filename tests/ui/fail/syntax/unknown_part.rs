//! A part of a registry that does not exist.

registry::registry! {
    agentz { mod fixture; }
}

fn main() {}
