//! An agent's scripts for a site, and a sandbox to install it in.

use std::cell::Cell;
use std::path::Path;
use std::time::{Duration, Instant};

use registry_model::model::Agent;
use registry_scripts::site::Site;
use registry_scripts::{Expected, ScriptKind};

use super::install::{self, Outcome};
use super::report::Class;
use super::sources;
use crate::Failure;
use crate::dialogue::Limits;
use crate::sandbox::{self, As, Host, SandboxKind, Setting};

/// A step that did not do as it must.
pub(crate) struct StepFailure {
    pub(crate) class: Class,
    pub(crate) detail: String,
    /// Whether it was the proof of an install that failed, and nothing before it.
    pub(crate) unproved: bool,
}

/// What install.sh calls the step of its proof.
const PROOF: &str = "proof";

impl StepFailure {
    pub(crate) fn new(class: Class, detail: impl Into<String>) -> Self {
        Self { class, detail: detail.into(), unproved: false }
    }

    pub(crate) fn ours(refusal: &Failure) -> Self {
        Self::new(Class::OURS, refusal.message.clone())
    }
}

/// What every step of an agent needs.
pub(crate) struct Ready {
    pub(crate) cell: sandbox::Cell,
    pub(crate) prefix: String,
    pub(crate) expected: Expected,
    script: String,
    policy: String,
    /// How long the longest run of install.sh took: by it, the limits of a session follow the machine.
    longest: Cell<Duration>,
}

impl Ready {
    /// Renders the scripts and makes the sandbox, in a folder of the agent's own.
    pub(crate) fn open(agent: &Agent<'_>, host: &Host, site: &Site, folder: &Path) -> Result<Self, StepFailure> {
        let rendered = |error: registry_scripts::RenderError| StepFailure::new(Class::OURS, error.to_string());
        let expected = Expected::of(agent).map_err(rendered)?;
        let scripts = registry_scripts::scripts(agent, site).map_err(rendered)?;
        let text =
            |kind: ScriptKind| scripts.iter().find(|it| it.kind == kind).map_or_else(String::new, |it| it.text.clone());
        let network = sources::needs_network(agent, site, host.target);
        // An engine gives its containers their name servers itself.
        let looks_up = network && host.kind == SandboxKind::Bwrap;
        let setting = Setting { prefix: site.prefix.clone(), shown: sources::shown(site, looks_up), network };
        let cell = sandbox::Cell::open(host, &setting, &folder.join(agent.name), agent.name);
        let cell = cell.map_err(|refusal| StepFailure::ours(&refusal))?;
        let (script, policy) = (text(ScriptKind::Install), text(ScriptKind::WebPolicy));
        Ok(Self { cell, script, policy, prefix: setting.prefix, expected, longest: Cell::default() })
    }

    /// The same install with a sandbox of its own, for a session beside others. The folder must not exist.
    pub(crate) fn beside(&self, folder: &Path, name: &str) -> Result<Self, Failure> {
        Ok(Self {
            cell: self.cell.beside(folder, name)?,
            prefix: self.prefix.clone(),
            expected: self.expected.clone(),
            script: self.script.clone(),
            policy: self.policy.clone(),
            longest: self.longest.clone(),
        })
    }

    /// install.sh in a mode; it must end with 0.
    pub(crate) async fn install(&self, who: As, mode: &str, deadline: u32) -> Result<Outcome, StepFailure> {
        self.run_script(who, mode, &self.script, deadline).await
    }

    /// An install without its proof: where the entry is wrong about the agent, what it does answer is still asked.
    pub(crate) async fn install_unproved(&self, agent: &Agent<'_>, site: &Site) -> Result<Outcome, StepFailure> {
        let script = registry_scripts::unproved_install(agent, site);
        let script = script.map_err(|error| StepFailure::new(Class::OURS, error.to_string()))?;
        self.run_script(As::Root, "install", &script, agent.install_timeout).await
    }

    async fn run_script(&self, who: As, mode: &str, script: &str, deadline: u32) -> Result<Outcome, StepFailure> {
        let (environment, argv) = (install::environment(mode), install::argv(script));
        let command = self.cell.command(who, &environment, &argv).map_err(|refusal| StepFailure::ours(&refusal))?;
        let begin = Instant::now();
        let outcome = install::run(command, deadline).await;
        self.longest.set(self.longest.get().max(begin.elapsed()));
        let outcome = outcome.map_err(|detail| StepFailure::new(Class::INFRASTRUCTURE, detail))?;
        if outcome.status == 0 {
            return Ok(outcome);
        }
        let detail = format!("{}: {}", outcome.step, outcome.detail);
        Err(StepFailure { unproved: outcome.step == PROOF, ..StepFailure::new(Class(outcome.status), detail) })
    }

    /// The time that an agent has for its answers: the usual one, or three times what its install took, and what its
    /// helper may take on top.
    pub(crate) fn limits(&self, agent: &Agent<'_>, usual: Limits) -> Limits {
        let helper = Duration::from_secs(agent.beside.map_or(0, |beside| u64::from(beside.within)));
        let paced = |limit| paced(limit, self.longest.get()) + helper;
        Limits { start: paced(usual.start), answer: paced(usual.answer), turn: paced(usual.turn) }
    }

    /// The text of web-policy.sh.
    pub(crate) fn policy(&self) -> &str {
        &self.policy
    }
}

/// A limit on a machine where an install takes so long.
fn paced(limit: Duration, install: Duration) -> Duration {
    limit.max(install * 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ready_timeout_grows_with_install_time() {
        let seconds = Duration::from_secs;
        assert_eq!(paced(seconds(90), seconds(20)), seconds(90));
        assert_eq!(paced(seconds(90), seconds(400)), seconds(1200));
    }
}
