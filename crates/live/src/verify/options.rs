//! The options of a run, and the events that a caller can watch.

use registry_scripts::site::Site;

use super::report::{Evidence, Step, StepName};

/// What is asked of a run.
#[derive(Debug)]
pub struct Options {
    /// Where artefacts come from.
    pub site: Site,
    /// How many agents at a time.
    pub jobs: usize,
    /// Whether the sandboxes stay for somebody to look into.
    pub keep: bool,
    /// The agents that must pass.
    pub require: Vec<String>,
}

/// What somebody who watches a run is told.
#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// A step of an agent begins.
    Began {
        /// The agent.
        agent: &'a str,
        /// The step.
        step: StepName,
    },
    /// A step is done.
    Step {
        /// The agent.
        agent: &'a str,
        /// The step.
        step: &'a Step,
    },
    /// An agent is judged.
    Judged(&'a Evidence),
    /// Something to know.
    Note(String),
    /// Time passes.
    Tick,
}
