//! Writes down what was done on each target: a file for each agent in `src/targets` of its package.

use registry_command::failure::{Failure, Outcome};
use registry_command::files;
use registry_model::model::{Agent, Registry, Target};
use registry_outputs::targets::{Done, TargetsRecord, path};

/// Adds to the record of an agent that something was done on these targets.
pub(crate) fn record(registry: &Registry<'_>, agent: &Agent<'_>, targets: &[Target], done: Done) -> Outcome<()> {
    let path = path(registry, agent.name);
    let text = files::read_if_there(&path)?;
    let mut record = TargetsRecord::read(agent, text.as_deref()).map_err(Failure::new)?;
    for target in targets {
        record.add(*target, done);
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| Failure::io("make", folder, &error))?;
    }
    let text = serde_json::to_string_pretty(&record);
    let text = text.map_err(|error| Failure::new(format!("cannot write JSON: {error}")))? + "\n";
    files::write_atomically(&path, text.as_bytes(), 0o644)
}
