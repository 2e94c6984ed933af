//! `probe`: where an agent's calls go, with which credential and model, what its commands see, and what it offers.
//!
//! A model server under a name that is nobody's stands in a network of its own, and the agent is started there as
//! routing says. The verdicts follow from what arrived; what the agent says of itself counts for nothing.

mod judge;
mod names;
mod record;
mod report;
mod scenario;
mod secrets;
mod server;
mod session;
mod steps;
#[cfg(test)]
mod tests;
mod trace;
mod values;
mod verdict;
mod web;
mod web_names;

use registry::site::Site;
use registry_core::model::{Agent, Registry};

pub use report::{Evidence, Report, Run};
pub use values::Tally;
pub use verdict::Verdict;

use crate::sandbox::Host;
use crate::{Refusal, run as running};

/// What is asked of a run.
#[derive(Debug)]
pub struct Options {
    /// Where artefacts come from.
    pub site: Site,
    /// How many agents at a time.
    pub jobs: usize,
    /// Whether sandboxes and logs stay for somebody to look into.
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
    /// The agent is held against another model than it is told.
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

/// What somebody who watches a run is told.
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

/// The names of all runs, in their order.
pub fn runs() -> Vec<&'static str> {
    scenario::SCENARIOS.iter().map(|it| it.name).collect()
}

/// Probes agents, and tells what is seen as it is seen.
pub fn run(
    registry: &Registry<'_>,
    agents: &[&Agent<'_>],
    host: &Host,
    options: &Options,
    tell: &mut dyn FnMut(Event<'_>),
) -> Result<Report, Refusal> {
    let mut evidence = each(registry, agents, host, options, tell, &steps::probe)?;
    evidence.sort_by(|one, other| one.agent.cmp(&other.agent));
    let complete = options.runs.is_empty() && options.breaks.is_empty();
    Ok(Report { complete, ..Report::new(host.describe(), evidence, &options.require) })
}

/// Gives agents keys, model ids and base URLs that have broken something somewhere, and reads them back on the wire.
pub fn try_values(
    registry: &Registry<'_>,
    agents: &[&Agent<'_>],
    host: &Host,
    options: &Options,
    tell: &mut dyn FnMut(Event<'_>),
) -> Result<Vec<Tally>, Refusal> {
    let mut tallies = each(registry, agents, host, options, tell, &values::tried)?;
    tallies.sort_by(|one, other| one.agent.cmp(&other.agent));
    Ok(tallies)
}

/// Does the same with each agent, some at a time.
fn each<T>(
    registry: &Registry<'_>,
    agents: &[&Agent<'_>],
    host: &Host,
    options: &Options,
    tell: &mut dyn FnMut(Event<'_>),
    work: &impl AsyncFn(&steps::Context<'_>, &Agent<'_>) -> T,
) -> Result<Vec<T>, Refusal> {
    if !host.traces {
        return Err(Refusal::new("`strace` is not in PATH", "install it (Debian: `apt-get install strace`)"));
    }
    running::within(options.keep, async |folder| {
        if options.keep {
            tell(Event::Note(format!("sandboxes and logs stay in {}", folder.display())));
        }
        let tell = std::cell::RefCell::new(tell);
        let tell = |event: Event<'_>| (tell.borrow_mut())(event);
        let cx = steps::Context { registry, host, options, folder: folder.to_path_buf(), tell: &tell };
        let work = agents.iter().map(|agent| work(&cx, agent));
        running::each(work, options.jobs, &|| tell(Event::Tick)).await
    })
}
