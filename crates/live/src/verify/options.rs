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
    /// Whether the sandboxes are kept for inspection.
    pub keep: bool,
    /// The agents that must pass.
    pub require: Vec<String>,
}

/// The messages for a user who watches a run.
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
