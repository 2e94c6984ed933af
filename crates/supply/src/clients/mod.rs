//! The package managers' own clients, as `pin` and `mirror` run them: they know their registries, so that nothing here
//! has to.

pub mod process;
pub mod tools;

use std::path::{Path, PathBuf};

use registry_model::model::Registry;

pub use tools::Tools;

/// Where the wheels of the tools are kept: beside what cargo builds.
pub fn cache(registry: &Registry<'_>) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let workspace = || {
        Path::new(registry.folder).ancestors().find(|it| it.join("Cargo.lock").is_file()).map(|it| it.join("target"))
    };
    target.or_else(workspace).unwrap_or_else(|| Path::new(registry.folder).join("target")).join("xtask-tools")
}
