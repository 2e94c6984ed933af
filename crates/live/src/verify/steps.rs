//! The steps of one agent, in their order; the first that fails is the verdict.

use std::path::PathBuf;
use std::time::Instant;

use registry_model::model::Agent;

use super::install::Outcome;
use super::installer::{Ready, StepFailure};
use super::options::{Event, Options};
use super::report::{Class, Evidence, Step, StepName, Verdict};
use super::{handshake, session, unavailable};
use crate::sandbox::{As, Changes, HOME, Host};

/// What is the same for all agents of a run.
pub(super) struct Context<'a> {
    pub(super) host: &'a Host,
    pub(super) options: &'a Options,
    pub(super) folder: PathBuf,
    pub(super) tell: &'a dyn Fn(Event<'_>),
}

/// The outcome of a step: a line on what was seen.
type Outcomes = Result<String, StepFailure>;

/// Verifies an agent.
pub(super) async fn verify(cx: &Context<'_>, agent: &Agent<'_>) -> Evidence {
    let begin = Instant::now();
    let mut run = Run { cx, agent, evidence: Evidence::new(agent.name) };
    if let Err((step, failed)) = run.all().await {
        run.evidence.verdict = Verdict::Failed { class: failed.class, step, detail: failed.detail };
        run.ask_registries().await;
    }
    run.evidence.milliseconds = elapsed(begin);
    (cx.tell)(Event::Judged(&run.evidence));
    run.evidence
}

fn elapsed(begin: Instant) -> u64 {
    u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// An agent under way.
struct Run<'a, 'r> {
    cx: &'a Context<'a>,
    agent: &'a Agent<'r>,
    evidence: Evidence,
}

impl Run<'_, '_> {
    async fn all(&mut self) -> Result<(), (StepName, StepFailure)> {
        let Context { host, options, folder, .. } = self.cx;
        let ready = Ready::open(self.agent, host, &options.site, folder);
        let ready = ready.map_err(|failed| (StepName::Install, failed))?;
        for step in
            [StepName::Install, StepName::Session, StepName::Repeat, StepName::Check, StepName::Remove, StepName::Trace]
        {
            if step == StepName::Trace && !self.cx.host.traces {
                continue;
            }
            (self.cx.tell)(Event::Began { agent: self.agent.name, step });
            let begin = Instant::now();
            let mut outcome = match step {
                StepName::Install => self.install(&ready).await,
                StepName::Session => self.session(&ready).await,
                StepName::Repeat => self.repeat(&ready).await,
                StepName::Check => self.check(&ready).await,
                StepName::Remove => self.remove(&ready).await,
                StepName::Trace => self.trace(&ready).await,
            };
            let (Ok(detail) | Err(StepFailure { detail, .. })) = &outcome;
            let done = Step { step, ok: outcome.is_ok(), milliseconds: elapsed(begin), detail: detail.clone() };
            (self.cx.tell)(Event::Step { agent: self.agent.name, step: &done });
            self.evidence.steps.push(done);
            if let Err(failed) = &mut outcome
                && failed.unproved
                && failed.class == Class::DOES_NOT_START
                && let Err(more) = self.observe(&ready).await
            {
                failed.detail = format!("{}; in a session: {}", failed.detail, more.detail);
            }
            outcome.map_err(|failed| (step, failed))?;
        }
        Ok(())
    }

    /// A check of an agent whose proof failed: the same install without the proof, and a session, so that the evidence
    /// shows all that the agent answers. The verdict stays that of the proof.
    async fn observe(&mut self, ready: &Ready) -> Outcomes {
        ready.install_unproved(self.agent, &self.cx.options.site).await?;
        (self.cx.tell)(Event::Began { agent: self.agent.name, step: StepName::Session });
        self.session(ready).await
    }

    /// install.sh in a mode; it must end with 0.
    async fn run(&self, ready: &Ready, who: As, mode: &str) -> Result<Outcome, StepFailure> {
        ready.install(who, mode, self.agent.install_timeout).await
    }

    /// What is different now; nothing may be outside the prefix.
    fn changes(&mut self, ready: &Ready, who: As) -> Result<Changes, StepFailure> {
        let changes = ready.cell.changes(who).map_err(|refusal| StepFailure::ours(&refusal))?;
        if changes.outside.is_empty() {
            return Ok(changes);
        }
        self.evidence.outside.clone_from(&changes.outside);
        let detail = format!("changed outside {}: {}", ready.prefix, listed(&changes.outside));
        Err(StepFailure::new(Class::OURS, detail))
    }

    async fn install(&mut self, ready: &Ready) -> Outcomes {
        let outcome = self.run(ready, As::Root, "install").await?;
        self.evidence.runtime = outcome.runtime;
        self.evidence.version = outcome.version;
        self.evidence.stamp = outcome.stamp;
        let changes = self.changes(ready, As::Root)?;
        let megabytes = changes.bytes / 1_000_000;
        self.evidence.megabytes = Some(megabytes);
        Ok(format!(
            "{} {}, {megabytes} MB, runtime {}; nothing changed outside {}",
            self.agent.name, self.evidence.version, self.evidence.runtime, ready.prefix
        ))
    }

    async fn session(&mut self, ready: &Ready) -> Outcomes {
        let mut env = vec![("HOME".to_owned(), HOME.to_owned()), ("LANG".to_owned(), "C.UTF-8".to_owned())];
        env.extend(ready.expected.env.iter().cloned());
        let argv = [format!("{}/bin/{}", ready.prefix, self.agent.name)];
        let command = ready.cell.command(As::Agent, &env, &argv).map_err(|refusal| StepFailure::ours(&refusal))?;
        let limits = ready.limits(self.agent, session::LIMITS);
        let (seen, judged) = session::hold(command, &ready.expected, limits, |id| ready.cell.terminate(id)).await;
        let name = seen.agent_info.get("name").and_then(|it| it.as_str()).unwrap_or("no name");
        let version = seen.agent_info.get("version").and_then(|it| it.as_str()).unwrap_or_default();
        let ended =
            seen.ending.map_or_else(String::new, |it| format!("ended with {} in {} ms", it.status, it.milliseconds));
        let detail = format!("{} {version}, {ended}", shown(name));
        self.evidence.handshake = judged.is_err().then(|| handshake::seen(&seen, &ready.expected)).flatten();
        self.evidence.session = Some(seen);
        judged.map_err(|(class, detail)| StepFailure::new(class, detail))?;
        Ok(detail)
    }

    async fn repeat(&mut self, ready: &Ready) -> Outcomes {
        let outcome = self.run(ready, As::RootReadOnly, "install").await?;
        if outcome.stamp != self.evidence.stamp {
            let detail = format!("the stamp is {}, after {}", outcome.stamp, self.evidence.stamp);
            return Err(StepFailure::new(Class::OURS, detail));
        }
        Ok("nothing to do, and nothing written".to_owned())
    }

    async fn check(&mut self, ready: &Ready) -> Outcomes {
        self.run(ready, As::Root, "check").await?;
        self.changes(ready, As::Root)?;
        Ok("proved again; nothing changed".to_owned())
    }

    async fn remove(&mut self, ready: &Ready) -> Outcomes {
        self.run(ready, As::Root, "remove").await?;
        let changes = self.changes(ready, As::Root)?;
        if changes.prefix {
            let detail = format!("{} is still there after the last agent", ready.prefix);
            return Err(StepFailure::new(Class::OURS, detail));
        }
        Ok("nothing is left".to_owned())
    }

    async fn trace(&mut self, ready: &Ready) -> Outcomes {
        self.run(ready, As::RootTraced, "install").await?;
        self.changes(ready, As::RootTraced)?;
        let refused = ready.cell.refused();
        let inside = format!("{}/", ready.prefix);
        let outside: Vec<String> = refused.iter().filter(|path| !path.starts_with(&inside)).cloned().collect();
        let count = refused.len();
        self.evidence.refused_writes = Some(refused);
        if !outside.is_empty() {
            let detail = format!("tried to write outside {}: {}", ready.prefix, listed(&outside));
            return Err(StepFailure::new(Class::OURS, detail));
        }
        Ok(match count {
            0 => "nothing else was tried to be written".to_owned(),
            _ => format!("{count} writes were refused, all under the prefix, to the user of the proof"),
        })
    }

    /// A failure of the network or of the lock may be the registry's: it is asked for what the lock names.
    async fn ask_registries(&mut self) {
        let Verdict::Failed { class: class @ (Class::INFRASTRUCTURE | Class::UNSUPPORTED), .. } = self.evidence.verdict
        else {
            return;
        };
        let target = self.cx.host.target;
        let asked = unavailable::ask(self.agent, &self.cx.options.site, target, class, &self.cx.folder).await;
        match (asked, &mut self.evidence.verdict) {
            (unavailable::Availability::Gone(detail), verdict) => *verdict = Verdict::Unavailable { detail },
            (unavailable::Availability::Unclear(why), Verdict::Failed { class, detail, .. }) => {
                *class = Class::INFRASTRUCTURE;
                detail.push_str("; ");
                detail.push_str(&why);
            }
            _ => {}
        }
    }
}

fn shown(name: &str) -> String {
    crate::text::shortened(name)
}

/// The first of some paths.
fn listed(paths: &[String]) -> String {
    const SHOWN: usize = 4;
    let first = paths.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if paths.len() > SHOWN { format!("{first} and {} more", paths.len() - SHOWN) } else { first }
}
