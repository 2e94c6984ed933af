//! The committed evidence: a file for each agent in `src/evidence` of the package whose registry was probed.
//!
//! A registry that extends another has the other's evidence too; its own files replace it.

use std::path::{Path, PathBuf};

use registry_model::model::Registry;
use serde_json::Value;

use registry_command::failure::{Failure, Outcome};

/// The file of an agent in the package of a registry.
pub(crate) fn path(registry: &Registry<'_>, agent: &str) -> PathBuf {
    Path::new(registry.folder).join("src/evidence").join(format!("{agent}.json"))
}

/// The evidence on an agent: of this registry, or of those that it extends; `None` if there is no file.
pub(crate) fn read(registry: &Registry<'_>, agent: &str) -> Outcome<Option<Value>> {
    let path = path(registry, agent);
    match std::fs::read_to_string(&path) {
        Ok(text) => serde_json::from_str(&text).map(Some).map_err(|error| {
            Failure::new(format!("`{}` is not valid JSON: {error}", path.display()))
                .help("write it again: cargo xtask probe --write")
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            registry.extends.map_or(Ok(None), |extended| read(extended, agent))
        }
        Err(error) => Err(Failure::io("read", &path, &error)),
    }
}
