//! launch.sh: protects the interpreter, applies the operations that `launch.mjs` prints, and becomes the agent.

use registry_model::model::Agent;

use super::writer::{Word, Writer};
use super::{InstallPaths, RenderError, header};

/// The statements of every launcher.
const COMMON: &str = include_str!("sh/launch.sh");

/// The text of launch.sh for a stamp. Differences between agents are in `plan.json`, which `launch.mjs` reads.
pub(crate) fn launch(agent: &Agent<'_>, place: &InstallPaths) -> Result<String, RenderError> {
    let mut w = Writer::default();
    header(&mut w, agent, "sets up the environment of the agent and starts it");
    w.blank();
    w.assign("bf_agent", &Word::text(agent.name));
    w.assign("bf_dir", &Word::text(place.dir()));
    w.library(COMMON);
    w.finish()
}
