//! `gen-openhands`: a Python module with the command of every agent for the SDK of OpenHands.

#[cfg(feature = "make")]
use std::collections::BTreeMap;

#[cfg(feature = "make")]
use registry_model::model::Agent;
#[cfg(feature = "make")]
use registry_routing::Router;
#[cfg(feature = "make")]
use serde_json::json;

use crate::Generator;
#[cfg(feature = "make")]
use crate::{File, Input, json::text, routes};

/// One module, the table of agents, and the routes of each.
pub(crate) const GENERATOR: Generator = Generator {
    name: "gen-openhands",
    about: "Write the settings of all agents for the OpenHands SDK: a Python module, its table, routes",
    folder: "openhands",
    kept: false,
    by_agent: false,
    #[cfg(feature = "make")]
    make: module,
};

#[cfg(feature = "make")]
fn module(input: &Input<'_>) -> Result<Vec<File>, String> {
    let router = Router::new(input.registry);
    let agents = &input.agents;
    let row = |agent: &Agent<'_>| {
        // The client sets it: the launcher cannot.
        let mode = agent.permission.map(|it| it.mode()).filter(|it| !it.is_empty());
        json!({ "command": [input.site.launcher(agent.name)], "mode": mode })
    };
    let table: BTreeMap<&str, _> = agents.iter().map(|it| (it.name, row(it))).collect();
    let module = format!(
        "# {} from the entries; change those.\n{}\n\n{}",
        GENERATOR.mark(),
        include_str!("agents.py"),
        routes::PYTHON
    );
    let mut files = vec![File::new("agents.json", text(&table)?), File::new("benchflow_openhands.py", module)];
    for agent in agents {
        let table = routes::of(&router, input.registry, agent, &input.site.prefix);
        files.push(File::new(format!("{}/routes.json", agent.name), text(&table)?));
    }
    Ok(files)
}
