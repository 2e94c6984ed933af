//! `gen-acpx`: a configuration of `acpx`, a command-line client of ACP, with every agent's launcher.

#[cfg(feature = "make")]
use std::collections::BTreeMap;

#[cfg(feature = "make")]
use serde_json::json;

use crate::Generator;
#[cfg(feature = "make")]
use crate::{File, Input, json::text};

/// One file for all agents: `~/.acpx/config.json`, or `.acpxrc.json` in a project.
pub(crate) const GENERATOR: Generator = Generator {
    name: "gen-acpx",
    about: "Write a configuration of acpx that starts every agent by its launcher",
    folder: "acpx",
    kept: false,
    by_agent: false,
    #[cfg(feature = "make")]
    make: config,
};

/// A name of its own replaces a built-in agent of acpx that has the same name.
#[cfg(feature = "make")]
fn config(input: &Input<'_>) -> Result<Vec<File>, String> {
    let agents: BTreeMap<&str, _> =
        (input.agents.iter()).map(|it| (it.name, json!({ "argv": [input.site.launcher(it.name)] }))).collect();
    Ok(vec![File::new("config.json", text(&json!({ "agents": agents }))?)])
}
