//! The commands over the registry of this workspace, as a program of its own: built with every feature, it never waits
//! for cargo.

fn main() -> std::process::ExitCode {
    xtask::run(&registry::REGISTRY)
}
