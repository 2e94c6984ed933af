//! The commands over this registry.

fn main() -> std::process::ExitCode {
    xtask::run(&own_registry::REGISTRY)
}
