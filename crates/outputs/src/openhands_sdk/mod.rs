//! `gen-openhands`: a Python module with the command of every agent for the SDK of OpenHands.

#[cfg(feature = "make")]
use std::collections::BTreeMap;

#[cfg(feature = "make")]
use registry_routing::Router;

use crate::Generator;
#[cfg(feature = "make")]
use crate::{File, Input, json::text, routes};

/// One module, the table of commands, and the routes of each agent.
pub(crate) const GENERATOR: Generator = Generator {
    name: "gen-openhands",
    about: "Write the settings of all agents for the OpenHands SDK: a Python module, commands, routes",
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
    let commands: BTreeMap<&str, _> = agents.iter().map(|it| (it.name, [input.site.launcher(it.name)])).collect();
    let module = format!(
        "# {} from the entries; change those.\n{}\n\n{}",
        GENERATOR.mark(),
        include_str!("agents.py"),
        routes::PYTHON
    );
    let mut files = vec![File::new("commands.json", text(&commands)?), File::new("benchflow_openhands.py", module)];
    for agent in agents {
        let table = routes::of(&router, input.registry, agent, &input.site.prefix);
        files.push(File::new(format!("{}/routes.json", agent.name), text(&table)?));
    }
    Ok(files)
}
