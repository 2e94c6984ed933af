//! `verify`: each agent installed in a sandbox of its own, started, asked over ACP, stopped, checked and removed.

mod handshake;
pub(crate) mod install;
pub(crate) mod installer;
mod options;
mod report;
mod session;
mod sources;
mod steps;
mod unavailable;

use registry_model::model::Agent;

pub use options::{Event, Options};
pub use report::{Class, Evidence, Seen, SessionAnswer, Step, StepName, Verdict, VerifyReport};

use crate::sandbox::Host;
use crate::{Failure, run};

/// Verifies agents, and reports each finding at once.
pub fn run(
    agents: &[&Agent<'_>],
    host: &Host,
    options: &Options,
    tell: &mut dyn FnMut(Event<'_>),
) -> Result<VerifyReport, Failure> {
    let evidence = run::within(options.keep, async |folder| {
        if options.keep {
            tell(Event::Note(format!("the sandboxes stay in {}", folder.display())));
        }
        let tell = std::cell::RefCell::new(tell);
        let tell = |event: Event<'_>| (tell.borrow_mut())(event);
        let cx = steps::Context { host, options, folder: folder.to_path_buf(), tell: &tell };
        let work = agents.iter().map(|agent| steps::verify(&cx, agent));
        let mut evidence = run::each(work, options.jobs, &|| tell(Event::Tick)).await;
        evidence.sort_by(|one, other| one.agent.cmp(&other.agent));
        evidence
    })?;
    Ok(VerifyReport::new(host.describe(), evidence, &options.require))
}
