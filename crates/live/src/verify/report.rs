//! What a run found: the evidence of each agent, the verdict, the exit status, and both forms of the report.

use std::fmt::{self, Write};

use serde::Serialize;
use serde_json::Value;

use crate::dialogue::{Ending, RpcError};
use crate::report::{self, Runtime, Table, seconds, tenths};
use crate::text::shortened;

/// The name and version of the JSON form.
const SCHEMA: &str = "benchflow-verify/1";

/// The class of a failure: the exit statuses of the contract of `install.sh`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Class(pub i32);

impl Class {
    /// Something around the agent: network, registry, time.
    pub const INFRASTRUCTURE: Self = Self(10);
    /// The agent is not made for this machine, by its own entry or lock.
    pub const UNSUPPORTED: Self = Self(11);
    /// Something that was fetched is not what the lock says.
    pub const INTEGRITY: Self = Self(12);
    /// The agent does not start, or does not do as its entry says.
    pub const DOES_NOT_START: Self = Self(15);
    /// A fault of ours: a sandbox that does not hold, an install that breaks its promises.
    pub const OURS: Self = Self(70);
}

/// What came of an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "kebab-case")]
pub enum Verdict {
    /// All steps did as they must.
    Passed,
    /// One did not.
    Failed {
        /// Which class of failure.
        class: Class,
        /// The step.
        step: StepName,
        /// What was seen.
        detail: String,
    },
    /// The registry does not have it any more, and answers for another package.
    Unavailable {
        /// What was asked, and the answer.
        detail: String,
    },
}

/// A step of an agent, in the order in which they come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepName {
    /// install.sh.
    Install,
    /// The launcher, `initialize`, `session/new` and the end.
    Session,
    /// install.sh again, which has nothing to do and nothing to write.
    Repeat,
    /// `check`.
    Check,
    /// `remove`.
    Remove,
    /// install.sh where nothing but the prefix may be written, under strace.
    Trace,
}

/// A step that is done.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// Which.
    pub step: StepName,
    /// Whether it did as it must.
    pub ok: bool,
    /// How long it took.
    #[serde(rename = "seconds", serialize_with = "tenths")]
    pub milliseconds: u64,
    /// What was seen, in a line.
    pub detail: String,
}

/// What an agent answered.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Seen {
    /// Its `agentInfo`, as it came.
    pub agent_info: Value,
    /// The version of the protocol that it speaks.
    pub protocol_version: Value,
    /// Its answer to `session/new`.
    pub session: Option<SessionAnswer>,
    /// How it ended.
    pub ending: Option<Ending>,
    /// The end of its standard error.
    pub stderr: String,
}

/// An answer to `session/new`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SessionAnswer {
    /// A session.
    Ok,
    /// An error.
    Refused(RpcError),
}

/// All that was seen of an agent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evidence {
    /// The agent.
    pub agent: String,
    /// What came of it.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// What ran it.
    pub runtime: Runtime,
    /// The locked version.
    pub version: String,
    /// The stamp of the install.
    pub stamp: String,
    /// What the prefix took on the disk, in millions of bytes.
    pub megabytes: Option<u64>,
    /// How long all steps took.
    #[serde(rename = "seconds", serialize_with = "tenths")]
    pub milliseconds: u64,
    /// The steps.
    pub steps: Vec<Step>,
    /// What it answered.
    pub session: Option<Seen>,
    /// Where that is not what the entry says: the field of the entry that says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handshake: Option<String>,
    /// What changed outside the prefix.
    pub outside: Vec<String>,
    /// The paths of refused writes; none where nothing was recorded.
    pub refused_writes: Option<Vec<String>>,
}

impl Evidence {
    /// Nothing seen yet.
    pub fn new(agent: &str) -> Self {
        Self {
            agent: agent.to_owned(),
            verdict: Verdict::Passed,
            runtime: Runtime::Unknown,
            version: String::new(),
            stamp: String::new(),
            megabytes: None,
            milliseconds: 0,
            steps: Vec::new(),
            session: None,
            handshake: None,
            outside: Vec::new(),
            refused_writes: None,
        }
    }
}

/// What a run found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VerifyReport {
    /// The form.
    pub schema: &'static str,
    /// The sandbox.
    pub sandbox: String,
    /// Whether the run is good: see [`VerifyReport::new`].
    pub ok: bool,
    /// Required agents that did not pass.
    pub missing: Vec<String>,
    /// The agents, by name.
    pub agents: Vec<Evidence>,
}

impl VerifyReport {
    /// Judges a run: it is good when at least one agent passed, and every required one; where none is required, when
    /// none failed. A pass on a substituted runtime counts, and an unavailable agent is neither.
    pub fn new(sandbox: String, agents: Vec<Evidence>, require: &[String]) -> Self {
        let passed = |it: &Evidence| it.verdict == Verdict::Passed;
        let missing = report::missing(require, |name| agents.iter().any(|it| it.agent == name && passed(it)));
        let failed = agents.iter().any(|it| matches!(it.verdict, Verdict::Failed { .. }));
        let ok = report::is_good(agents.iter().any(passed), failed, require, &missing);
        Self { schema: SCHEMA, sandbox, ok, missing, agents }
    }

    /// The table for a person.
    pub fn table(&self) -> String {
        let heads = ["agent", "verdict", "runtime", "version", "install", "session", "total", "MB", ""];
        let mut table = Table::new(heads, &[4, 5, 6, 7]);
        table.extend(self.agents.iter().map(row));
        let mut table = table.text();
        for Evidence { agent, handshake, .. } in &self.agents {
            if let Some(line) = handshake {
                let _ = writeln!(table, "{agent}: help: replace the handshake of the entry with\n  {line}");
            }
        }
        table + &self.sentence()
    }

    /// The verdict on the whole, in a line.
    fn sentence(&self) -> String {
        let count = |is: fn(&Verdict) -> bool| self.agents.iter().filter(|it| is(&it.verdict)).count();
        let passed = count(|it| *it == Verdict::Passed);
        let failed = count(|it| matches!(it, Verdict::Failed { .. }));
        let substituted = |it: &&Evidence| it.verdict == Verdict::Passed && it.runtime == Runtime::Substituted;
        let substituted = self.agents.iter().filter(substituted).count();
        let unavailable = self.agents.len() - passed - failed;
        let counted = format!(
            "{passed} passed ({substituted} on a substituted runtime), {failed} failed, {unavailable} unavailable"
        );
        report::sentence(counted, "passed", &self.missing)
    }
}

fn row(evidence: &Evidence) -> [String; 9] {
    let step = |name: StepName| {
        let found = evidence.steps.iter().find(|it| it.step == name);
        found.map_or_else(|| "-".to_owned(), |step| seconds(step.milliseconds))
    };
    let (verdict, detail) = match &evidence.verdict {
        Verdict::Passed => ("passed".to_owned(), String::new()),
        // An error of many lines was shown whole when its step ended.
        Verdict::Failed { class, step, detail } if detail.contains('\n') => {
            (format!("failed {}", class.0), shortened(&format!("{step}: {detail}")))
        }
        Verdict::Failed { class, step, detail } => (format!("failed {}", class.0), format!("{step}: {detail}")),
        Verdict::Unavailable { detail } => ("unavailable".to_owned(), detail.clone()),
    };
    [
        evidence.agent.clone(),
        verdict,
        evidence.runtime.to_string(),
        evidence.version.clone(),
        step(StepName::Install),
        step(StepName::Session),
        seconds(evidence.milliseconds),
        evidence.megabytes.map_or_else(|| "-".to_owned(), |megabytes| megabytes.to_string()),
        detail,
    ]
}

impl fmt::Display for StepName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Install => "install",
            Self::Session => "session",
            Self::Repeat => "repeat",
            Self::Check => "check",
            Self::Remove => "remove",
            Self::Trace => "trace",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialogue::EndedBy;

    fn evidence(agent: &str, verdict: Verdict) -> Evidence {
        Evidence { verdict, ..Evidence::new(agent) }
    }

    fn failed() -> Verdict {
        let detail = "`session/new` is refused".to_owned();
        Verdict::Failed { class: Class::DOES_NOT_START, step: StepName::Session, detail }
    }

    fn unavailable() -> Verdict {
        Verdict::Unavailable { detail: "the registry answers 404 for `x@1`, and gives `npm`".to_owned() }
    }

    #[track_caller]
    fn check_ok(verdicts: &[(&str, Verdict)], require: &[&str], ok: bool) {
        let agents = verdicts.iter().map(|(agent, verdict)| evidence(agent, verdict.clone())).collect();
        let require: Vec<String> = require.iter().map(ToString::to_string).collect();
        assert_eq!(VerifyReport::new(String::new(), agents, &require).ok, ok, "{verdicts:?} with {require:?}");
    }

    #[test]
    fn run_passes_when_one_and_all_required_agents_pass() {
        check_ok(&[("a", Verdict::Passed)], &[], true);
        check_ok(&[("a", Verdict::Passed), ("b", unavailable())], &[], true);
        check_ok(&[("a", Verdict::Passed), ("b", failed())], &[], false);
        check_ok(&[("a", Verdict::Passed), ("b", failed())], &["a"], true);
        check_ok(&[("a", Verdict::Passed), ("b", failed())], &["a", "b"], false);
        check_ok(&[("a", Verdict::Passed), ("b", unavailable())], &["b"], false);
        check_ok(&[("a", Verdict::Passed)], &["c"], false);
        check_ok(&[("a", unavailable())], &[], false);
        check_ok(&[("a", failed())], &[], false);
        check_ok(&[], &[], false);
    }

    /// A report of one agent of each verdict.
    fn report() -> VerifyReport {
        let ending = Ending { by: EndedBy::EndOfInput, status: 0, milliseconds: 48 };
        let seen = Seen {
            agent_info: serde_json::json!({"name": "One", "version": "1.2.3"}),
            protocol_version: 1.into(),
            session: Some(SessionAnswer::Ok),
            ending: Some(ending),
            stderr: "sandbox: proved for the user 24711\n".to_owned(),
        };
        let step = |step, ok, milliseconds, detail: &str| Step { step, ok, milliseconds, detail: detail.to_owned() };
        let passed = Evidence {
            runtime: Runtime::Substituted,
            version: "1.2.3".to_owned(),
            stamp: "0123456789abcdef".to_owned(),
            megabytes: Some(680),
            milliseconds: 32_345,
            steps: vec![
                step(StepName::Install, true, 12_712, "one 1.2.3, 680 MB"),
                step(StepName::Session, true, 3_449, "One 1.2.3, ended with 0 in 48 ms"),
            ],
            session: Some(seen),
            refused_writes: Some(Vec::new()),
            ..evidence("one", Verdict::Passed)
        };
        let error = RpcError { code: -32000, message: "log in".to_owned(), data: None };
        let refused = Seen { session: Some(SessionAnswer::Refused(error)), ..Seen::default() };
        let handshake = Some("handshake: { name: \"Two\", session: refused(-32000), exit: eof },".to_owned());
        let two = Evidence { runtime: Runtime::Real, session: Some(refused), handshake, ..evidence("two", failed()) };
        let agents = vec![passed, two, evidence("three", unavailable())];
        VerifyReport::new("bubblewrap 0.8.0 over /".to_owned(), agents, &["one".to_owned(), "two".to_owned()])
    }

    #[track_caller]
    fn check_snapshot(name: &str, text: &str) {
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, text);
        });
    }

    #[test]
    fn verify_report_matches_its_snapshots() {
        check_snapshot("report_json", &serde_json::to_string_pretty(&report()).expect("it is JSON"));
        check_snapshot("report_table", &report().table());
    }
}
