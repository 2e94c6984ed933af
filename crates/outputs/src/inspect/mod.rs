//! `gen-inspect`: a Python module that runs every agent in Inspect, by its launcher.

#[cfg(feature = "make")]
use std::collections::BTreeMap;

#[cfg(feature = "make")]
use registry_routing::Router;
#[cfg(feature = "make")]
use serde_json::json;

use crate::Generator;
#[cfg(feature = "make")]
use crate::{File, Input, json::text, routes};

/// One module, and the table that it reads.
pub(crate) const GENERATOR: Generator = Generator {
    name: "gen-inspect",
    about: "Write an Inspect agent for all agents: a Python module, and the table that it reads",
    folder: "inspect",
    kept: false,
    by_agent: false,
    #[cfg(feature = "make")]
    make: module,
};

#[cfg(feature = "make")]
fn module(input: &Input<'_>) -> Result<Vec<File>, String> {
    let router = Router::new(input.registry);
    let prefix = &input.site.prefix;
    let row = |agent| routes::behind_any_api(&router, input.registry, agent, prefix);
    let agents: BTreeMap<&str, _> = (input.agents.iter())
        .map(|it| (it.name, json!({ "command": input.site.launcher(it.name), "variables": row(it) })))
        .collect();
    let text_of_module =
        format!("# {} from the entries; change those.\n{}", GENERATOR.mark(), include_str!("agent.py"));
    Ok(vec![File::new("agents.json", text(&agents)?), File::new("benchflow_inspect.py", text_of_module)])
}
