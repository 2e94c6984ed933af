//! The options of a run, what can be broken on purpose, and the events that a caller can watch.

use registry_scripts::site::Site;

use super::report::{Evidence, Run};
use super::tally::Tally;

/// What is asked of a run.
#[derive(Debug)]
pub struct Options {
    /// Where artefacts come from.
    pub site: Site,
    /// How many runs at a time, of one agent or of several.
    pub jobs: usize,
    /// Whether sandboxes and logs are kept for inspection.
    pub keep: bool,
    /// The agents of which everything must be proved.
    pub require: Vec<String>,
    /// The runs that are wanted; all, when none is named.
    pub runs: Vec<String>,
    /// The day of the run, as `2026-01-31`.
    pub date: String,
    /// What is broken on purpose, to see the verdicts turn.
    pub breaks: Vec<Break>,
}

/// What can be broken on purpose: no verdict that hangs on it may be *proved* then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Break {
    /// The agent is compared with another model than it is given.
    Model,
    /// The agent is started with another base URL than was resolved.
    Place,
    /// The model server answers with garbage.
    Server,
    /// The web policy is left out.
    Policy,
    /// A program is started with the key among its words.
    Secret,
    /// A program calls an address that no entry has.
    Hosts,
}

impl Break {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Model, Self::Place, Self::Server, Self::Policy, Self::Secret, Self::Hosts];

    /// The word of the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Place => "place",
            Self::Server => "server",
            Self::Policy => "policy",
            Self::Secret => "secret",
            Self::Hosts => "hosts",
        }
    }

    /// What a word breaks.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.word() == word)
    }
}

/// The messages for a user who watches a run.
#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// A run of an agent begins, or its install.
    Began {
        /// The agent.
        agent: &'a str,
        /// The run.
        run: &'a str,
        /// Which of its runs this is, from 1; 0 for its install.
        number: usize,
        /// How many runs it has.
        of: usize,
    },
    /// A run is tried again.
    Retried {
        /// The agent.
        agent: &'a str,
        /// The run.
        run: &'a str,
        /// What was open after the first try.
        why: &'a str,
    },
    /// A run is done.
    Ran {
        /// The agent.
        agent: &'a str,
        /// The run.
        run: &'a Run,
    },
    /// An agent is judged.
    Judged(&'a Evidence),
    /// All values were tried with an agent.
    Tried(&'a Tally),
    /// Something to know.
    Note(String),
    /// Time passes.
    Tick,
}
