//! `probe`: where an agent's calls go, with which credential and model, what its commands see, and what it offers.
//!
//! A model server runs under a reserved name in a network of its own, and the agent is started there as
//! routing says. The verdicts follow from what arrived; the agent's own claims do not count.

mod behaviour;
mod choice;
pub(crate) mod dns_server;
mod greeting;
mod judge;
mod lifecycle;
mod mcp;
mod options;
mod prompts;
pub(crate) mod record;
mod report;
mod scenario;
mod secrets;
pub(crate) mod server;
mod session;
mod start;
mod steps;
mod tally;
#[cfg(test)]
mod tests;
mod times;
mod trace;
mod values;
mod verdict;
mod web;
mod web_names;

use registry_model::model::{Agent, Registry};

pub use options::{Break, Event, Options};
pub use report::{Evidence, ProbeReport, Run, UndeclaredRequest, brief};
pub use tally::Tally;
pub use times::{RunTimes, TimeRange, Times};
pub use verdict::Verdict;

use crate::sandbox::Host;
use crate::{Failure, run as running};

/// The names of all runs, in their order.
pub fn runs() -> Vec<&'static str> {
    scenario::SCENARIOS.iter().map(|it| it.name).collect()
}

/// Probes agents, and reports each finding at once.
pub fn run(
    registry: &Registry<'_>,
    agents: &[&Agent<'_>],
    host: &Host,
    options: &Options,
    tell: &mut dyn FnMut(Event<'_>),
) -> Result<ProbeReport, Failure> {
    let mut evidence = each(registry, agents, host, options, tell, &steps::probe)?;
    evidence.sort_by(|one, other| one.agent.cmp(&other.agent));
    let complete = options.runs.is_empty() && options.breaks.is_empty();
    Ok(ProbeReport { complete, ..ProbeReport::new(host.describe(), evidence, &options.require) })
}

/// Gives agents keys, model ids and base URLs that have broken something somewhere, and reads them back on the wire.
pub fn try_values(
    registry: &Registry<'_>,
    agents: &[&Agent<'_>],
    host: &Host,
    options: &Options,
    tell: &mut dyn FnMut(Event<'_>),
) -> Result<Vec<Tally>, Failure> {
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
) -> Result<Vec<T>, Failure> {
    if !host.traces {
        return Err(Failure::new("`strace` is not in PATH", "install it (Debian: `apt-get install strace`)"));
    }
    running::within(options.keep, async |folder| {
        if options.keep {
            tell(Event::Note(format!("sandboxes and logs stay in {}", folder.display())));
        }
        let tell = std::cell::RefCell::new(tell);
        let tell = |event: Event<'_>| (tell.borrow_mut())(event);
        let permits = tokio::sync::Semaphore::new(options.jobs.max(1));
        let cx = steps::Context { registry, host, options, folder: folder.to_path_buf(), tell: &tell, permits };
        let work = agents.iter().map(|agent| work(&cx, agent));
        running::each(work, options.jobs, &|| tell(Event::Tick)).await
    })
}
