//! The committed records of what was done on each target: a file for each agent in `src/targets` of its package.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use registry_command::failure::{Failure, Outcome};
use registry_command::files;
use registry_model::model::{Agent, Registry, Target};
use registry_outputs::targets::{Done, TargetsRecord};

use crate::list;

/// The file of an agent.
fn path(registry: &Registry<'_>, agent: &str) -> PathBuf {
    Path::new(registry.folder).join("src/targets").join(format!("{agent}.json"))
}

/// The texts of all records; a registry's own replaces that of the registry it extends.
pub(crate) fn all(registry: &Registry<'_>) -> Outcome<BTreeMap<String, String>> {
    let mut found = registry.extends.map_or_else(|| Ok(BTreeMap::new()), all)?;
    for agent in registry.agents() {
        if let Some(text) = files::read_if_there(&path(registry, agent.name))? {
            found.insert(agent.name.to_owned(), text);
        }
    }
    Ok(found)
}

/// Adds to the record of an agent that something was done on these targets.
pub(crate) fn record(registry: &Registry<'_>, agent: &Agent<'_>, targets: &[Target], done: Done) -> Outcome<()> {
    let path = path(registry, agent.name);
    let text = files::read_if_there(&path)?;
    let mut record = TargetsRecord::read(agent, text.as_deref()).map_err(Failure::new)?;
    for target in targets {
        record.add(*target, done);
    }
    let value = serde_json::to_value(&record).map_err(|error| Failure::new(format!("cannot write JSON: {error}")))?;
    let text = format!("{}\n", list::pretty(&value)?);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| Failure::io("make", folder, &error))?;
    }
    files::write_atomically(&path, text.as_bytes(), 0o644)
}
