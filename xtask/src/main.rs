//! The commands over the registry of this workspace.

fn main() -> std::process::ExitCode {
    xtask::run(&registry::REGISTRY)
}
