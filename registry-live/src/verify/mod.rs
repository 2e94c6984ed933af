//! `verify`: each agent installed in a sandbox of its own, started, asked over ACP, stopped, checked and removed.

mod absent;
mod install;
mod report;
mod session;
mod sources;
mod steps;

use std::path::PathBuf;
use std::time::Duration;

use futures::StreamExt;
use registry::site::Site;
use registry_core::model::Agent;
use tokio::signal::unix::{SignalKind, signal};

pub use report::{Class, Evidence, Report, Runtime, Seen, SessionAnswer, Step, StepName, Verdict};

use crate::Refusal;
use crate::sandbox::{self, Host};

/// How often somebody who watches is told that time passes.
const TICK: Duration = Duration::from_millis(200);

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

/// Verifies agents, and tells what is seen as it is seen.
pub fn run(
    agents: &[&Agent<'_>],
    host: &Host,
    options: &Options,
    tell: &mut dyn FnMut(Event<'_>),
) -> Result<Report, Refusal> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| {
        Refusal::new(format!("cannot start an async runtime: {error}"), "look at the limits of this user: `ulimit -a`")
    })?;
    let folder = Folder::new(options.keep)?;
    if options.keep {
        tell(Event::Note(format!("the sandboxes stay in {}", folder.path().display())));
    }
    let result = runtime.block_on(async {
        tokio::select! {
            evidence = verify_all(agents, host, options, folder.path().to_path_buf(), tell) => Ok(evidence),
            name = interrupted() => Err(Refusal::new(format!("ended by {name}"), "what was started is gone")),
        }
    });
    // What was dropped above was told to end; the runtime goes first, so that nothing writes into the folder any more.
    drop(runtime);
    Ok(Report::new(host.describe(), result?, &options.require))
}

async fn verify_all(
    agents: &[&Agent<'_>],
    host: &Host,
    options: &Options,
    folder: PathBuf,
    tell: &mut dyn FnMut(Event<'_>),
) -> Vec<Evidence> {
    let tell = std::cell::RefCell::new(tell);
    let cx = steps::Context { host, options, folder, tell: &|event| (tell.borrow_mut())(event) };
    let work = futures::stream::iter(agents.iter().map(|agent| steps::verify(&cx, agent)));
    let all = work.buffer_unordered(options.jobs.max(1)).collect::<Vec<_>>();
    let ticks = async {
        let mut interval = tokio::time::interval(TICK);
        loop {
            interval.tick().await;
            (tell.borrow_mut())(Event::Tick);
        }
    };
    let mut evidence = tokio::select! {
        evidence = all => evidence,
        () = ticks => Vec::new(),
    };
    evidence.sort_by(|one, other| one.agent.cmp(&other.agent));
    evidence
}

/// Waits for a signal that asks this process to end.
async fn interrupted() -> &'static str {
    let one = |kind: SignalKind, name: &'static str| async move {
        match signal(kind) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
        name
    };
    tokio::select! {
        name = one(SignalKind::interrupt(), "Ctrl-C") => name,
        name = one(SignalKind::terminate(), "SIGTERM") => name,
        name = one(SignalKind::hangup(), "SIGHUP") => name,
    }
}

/// The folder of a run. A process that was just killed may still be at its last write, so removing it is tried again.
struct Folder {
    made: Option<tempfile::TempDir>,
    path: PathBuf,
}

impl Folder {
    fn new(keep: bool) -> Result<Self, Refusal> {
        let made = sandbox::folder()?;
        let path = made.path().to_path_buf();
        if keep {
            return Ok(Self { made: None, path: made.keep() });
        }
        Ok(Self { made: Some(made), path })
    }

    fn path(&self) -> &std::path::Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.made.is_none() {
            return;
        }
        for _ in 0..50 {
            let gone = std::fs::remove_dir_all(&self.path);
            if gone.is_ok() || !self.path.exists() {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}
