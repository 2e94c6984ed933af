//! Runs the package managers' own clients for `pin` and `mirror`: only these clients know their registries. Two places
//! are known without them, since no client prints licenses: the manifest of an npm package and the metadata of a wheel.

pub(crate) mod fetch;
pub mod process;
pub mod tools;

use std::path::{Path, PathBuf};

use registry_model::model::Registry;

pub use tools::Tools;

/// The cache folder for the wheels of the tools, in cargo's target folder.
pub fn cache(registry: &Registry<'_>) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let workspace = || {
        Path::new(registry.folder).ancestors().find(|it| it.join("Cargo.lock").is_file()).map(|it| it.join("target"))
    };
    target.or_else(workspace).unwrap_or_else(|| Path::new(registry.folder).join("target")).join("xtask-tools")
}
