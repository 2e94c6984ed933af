//! What a run found: the evidence of each agent, and both forms of the report.

use std::fmt::Write;

use registry_model::model::Agent;
use registry_scripts::behaviour::Behaviour;
use registry_scripts::evidence::Inputs;
use serde::{Deserialize, Serialize};

use super::times::{RunTimes, Times};
use super::verdict::Verdict;
use crate::report::{self, Runtime, Table, from_tenths, seconds, tenths};

/// The name and version of the JSON form.
const SCHEMA: &str = "benchflow-probe/2";

/// One run of an agent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Which.
    pub name: String,
    /// The resolved place.
    pub base_url: String,
    /// The resolved model id.
    pub model: String,
    /// How many model calls arrived.
    pub calls: usize,
    /// Whether they went there, with the credential and the model.
    pub routing: Verdict,
    /// Whether its commands see the task's environment.
    pub environment: Verdict,
    /// Whether it reaches no other host but those that the entry cannot silence.
    pub hosts: Verdict,
    /// Whether the key and the prompts are nowhere but where they belong.
    pub secrets: Verdict,
    /// Whether its tools run as the run chose: without asking and without a sandbox, or with a request. None where the
    /// entry does not say how.
    #[serde(default)]
    pub permission: Option<Verdict>,
    /// Whether the MCP servers that it was given work. None where it was given none.
    #[serde(default)]
    pub mcp: Option<Verdict>,
    /// The other hosts.
    pub strangers: Vec<String>,
    /// The folders that its commands have in PATH beside the task's.
    pub added_folders: Vec<String>,
    /// The tools in the lists that it sent.
    pub tools: Vec<String>,
    /// The tools that it only named, for its own search to find.
    pub named_tools: Vec<String>,
    /// The tools that its own search brought into the list.
    pub found_tools: Vec<String>,
    /// What it answered when the server called a web tool that was turned off.
    pub forbidden_call: Option<String>,
    /// What ended the dialogue before its time.
    pub fault: Option<String>,
    /// What else was seen, as facts to compare versions by.
    #[serde(default)]
    pub behaviour: Behaviour,
    /// How long the agent took.
    #[serde(default)]
    pub times: RunTimes,
    /// The first request that made a verdict fail.
    #[serde(default)]
    pub offence: Option<UndeclaredRequest>,
    /// How often it was tried; the last try counts.
    pub tries: u32,
    /// How long it took.
    #[serde(rename = "seconds", serialize_with = "tenths", deserialize_with = "from_tenths")]
    pub milliseconds: u64,
}

/// A request that should not have been made, or not so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndeclaredRequest {
    /// All of it, without secrets.
    pub request: String,
    /// Texts that a program holds which makes such a request: its host and its model.
    pub literals: Vec<String>,
}

impl Run {
    pub(crate) fn new(name: &str) -> Self {
        let nothing = || Verdict::Unproven("it was not run".to_owned());
        Self {
            name: name.to_owned(),
            base_url: String::new(),
            model: String::new(),
            calls: 0,
            routing: nothing(),
            environment: nothing(),
            hosts: nothing(),
            secrets: nothing(),
            permission: None,
            mcp: None,
            strangers: Vec::new(),
            added_folders: Vec::new(),
            tools: Vec::new(),
            named_tools: Vec::new(),
            found_tools: Vec::new(),
            forbidden_call: None,
            fault: None,
            behaviour: Behaviour::new(),
            times: RunTimes::default(),
            offence: None,
            tries: 1,
            milliseconds: 0,
        }
    }

    /// The questions and their verdicts.
    pub fn verdicts(&self) -> Vec<(&'static str, &Verdict)> {
        let always = [
            ("routing", &self.routing),
            ("environment", &self.environment),
            ("hosts", &self.hosts),
            ("secrets", &self.secrets),
        ];
        let asked = [("permission", &self.permission), ("mcp", &self.mcp)];
        always
            .into_iter()
            .chain(asked.into_iter().filter_map(|(question, it)| Some((question, it.as_ref()?))))
            .collect()
    }

    /// Why another try may go better: a busy machine can make an agent give up its turn, or break the run itself.
    pub(crate) fn unsettled(&self) -> Option<&str> {
        let silent = self.calls == 0;
        // A failure that was seen stays: another try must not cover it.
        let seen =
            |(question, it): &(&str, &Verdict)| matches!(it, Verdict::Failed(_)) && !(silent && *question == "routing");
        if self.verdicts().iter().any(seen) {
            return None;
        }
        if silent {
            return Some(self.routing.detail());
        }
        let open = |it: &&Verdict| matches!(it, Verdict::Unproven(_) | Verdict::Error(_));
        [Some(&self.routing), Some(&self.environment), self.permission.as_ref(), self.mcp.as_ref()]
            .into_iter()
            .flatten()
            .find(open)
            .map(Verdict::detail)
    }

    pub(crate) fn give_up(&mut self, why: &Verdict) {
        let always = [&mut self.routing, &mut self.environment, &mut self.hosts, &mut self.secrets];
        for verdict in always.into_iter().chain(&mut self.permission).chain(&mut self.mcp) {
            *verdict = why.clone();
        }
    }
}

/// All that was seen of an agent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The agent.
    pub agent: String,
    /// The day of the measurement, as `2026-01-31`.
    pub date: String,
    /// The packages of its lock, with their versions.
    pub pins: Vec<String>,
    /// A hash for each question, of all that its verdict depends on.
    pub inputs: Inputs,
    /// What ran it.
    pub runtime: Runtime,
    /// The target that it ran on.
    #[serde(default)]
    pub target: String,
    /// The stamp of the install.
    pub stamp: String,
    /// What the prefix took on the disk, in millions of bytes.
    #[serde(default)]
    pub megabytes: Option<u64>,
    /// Where its model calls go, with which credential and model.
    pub routing: Verdict,
    /// What its commands see.
    pub environment: Verdict,
    /// Whom else it reaches.
    pub hosts: Verdict,
    /// Whether its web policy works.
    pub web: Verdict,
    /// Whether the key and the prompts are nowhere but where they belong.
    pub secrets: Verdict,
    /// Whether its tools run without asking and without a sandbox of its own, and ask where they are to; none where the
    /// entry does not say how.
    #[serde(default)]
    pub permission: Option<Verdict>,
    /// Whether levels of effort differ on the wire; none where the entry lists none.
    #[serde(default)]
    pub effort: Option<Verdict>,
    /// Whether MCP servers of the client work as the entry says; none where it lists none.
    #[serde(default)]
    pub mcp: Option<Verdict>,
    /// The other hosts that it reached.
    pub strangers: Vec<String>,
    /// How long it took to answer and to call the model, over all runs; none where nothing was run.
    #[serde(default)]
    pub times: Option<Times>,
    /// How long all of it took.
    #[serde(rename = "seconds", serialize_with = "tenths", deserialize_with = "from_tenths")]
    pub milliseconds: u64,
    /// The runs.
    pub runs: Vec<Run>,
}

impl Evidence {
    pub(crate) fn new(agent: &Agent<'_>, date: &str) -> Self {
        let nothing = || Verdict::Unproven("it was not run".to_owned());
        Self {
            agent: agent.name.to_owned(),
            date: date.to_owned(),
            pins: Vec::new(),
            inputs: Inputs::new(),
            runtime: Runtime::Unknown,
            target: String::new(),
            stamp: String::new(),
            megabytes: None,
            routing: nothing(),
            environment: nothing(),
            hosts: nothing(),
            web: nothing(),
            secrets: nothing(),
            permission: None,
            effort: None,
            mcp: None,
            strangers: Vec::new(),
            times: None,
            milliseconds: 0,
            runs: Vec::new(),
        }
    }

    pub(crate) fn give_up(&mut self, why: &Verdict) {
        let all = [&mut self.routing, &mut self.environment, &mut self.hosts, &mut self.web, &mut self.secrets];
        let asked = [&mut self.permission, &mut self.effort, &mut self.mcp];
        for verdict in all.into_iter().chain(asked.into_iter().flatten()) {
            *verdict = why.clone();
        }
    }

    /// Why this says nothing about the agent: the machine or the probe failed, or nothing was run.
    pub fn error(&self) -> Option<&str> {
        let runs = self.runs.iter().flat_map(|run| run.verdicts()).map(|(_, verdict)| verdict);
        let all = self.verdicts().into_iter().map(|(_, verdict)| verdict).chain(runs);
        // mutant: an error is evidence
        let error = all.into_iter().find(|it| matches!(it, Verdict::Error(_))).map(Verdict::detail);
        // mutant: what was never run is evidence
        error.or_else(|| self.runs.is_empty().then_some(self.routing.detail()))
    }

    /// The verdicts that are not *proved*, each once with all of its questions: a failed install prevents all of them.
    fn open(&self) -> Vec<(String, &Verdict)> {
        let mut open: Vec<(String, &Verdict)> = Vec::new();
        for (question, verdict) in self.verdicts().into_iter().filter(|(_, it)| **it != Verdict::Proved) {
            match open.iter_mut().find(|(_, it)| *it == verdict) {
                Some((questions, _)) => questions.extend([", ", question]),
                None => open.push((question.to_owned(), verdict)),
            }
        }
        open
    }

    /// Takes the runs, and what all of them say.
    pub(crate) fn take(&mut self, runs: Vec<Run>) {
        let worst = |of: fn(&Run) -> &Verdict| {
            let verdicts = runs.iter().map(|run| (run.name.as_str(), of(run).clone()));
            Verdict::worst(verdicts)
        };
        self.routing = worst(|run| &run.routing);
        self.environment = worst(|run| &run.environment);
        self.hosts = worst(|run| &run.hosts);
        self.secrets = worst(|run| &run.secrets);
        let asked = |of: fn(&Run) -> &Option<Verdict>| {
            let verdicts = runs.iter().filter_map(|run| Some((run.name.as_str(), of(run).clone()?)));
            let verdicts: Vec<_> = verdicts.collect();
            (!verdicts.is_empty()).then(|| Verdict::worst(verdicts))
        };
        self.permission = asked(|run| &run.permission);
        self.mcp = asked(|run| &run.mcp);
        let strangers: std::collections::BTreeSet<&String> = runs.iter().flat_map(|run| &run.strangers).collect();
        self.strangers = strangers.into_iter().cloned().collect();
        self.runs = runs;
    }

    /// The questions and their verdicts.
    pub fn verdicts(&self) -> Vec<(&'static str, &Verdict)> {
        let always = [
            ("routing", &self.routing),
            ("environment", &self.environment),
            ("hosts", &self.hosts),
            ("web", &self.web),
            ("secrets", &self.secrets),
        ];
        let asked = [("permission", &self.permission), ("effort", &self.effort), ("mcp", &self.mcp)];
        let asked = asked.into_iter().filter_map(|(question, it)| Some((question, it.as_ref()?)));
        always.into_iter().chain(asked).collect()
    }
}

/// What a run found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProbeReport {
    /// The form.
    pub schema: String,
    /// The sandbox.
    pub sandbox: String,
    /// Whether the run is good: see [`ProbeReport::new`].
    pub ok: bool,
    /// Whether every run was made, and nothing was broken on purpose: only then it can become evidence.
    pub complete: bool,
    /// Required agents of which something is not proved.
    pub missing: Vec<String>,
    /// The agents, by name.
    pub agents: Vec<Evidence>,
}

impl ProbeReport {
    /// Judges a run: it is good when the routing of at least one agent is proved, and nothing failed; of required
    /// agents every question has to be proved, and then only they count.
    pub fn new(sandbox: String, agents: Vec<Evidence>, require: &[String]) -> Self {
        let whole = |it: &Evidence| it.verdicts().iter().all(|(_, verdict)| **verdict == Verdict::Proved);
        let missing = report::missing(require, |name| agents.iter().any(|it| it.agent == name && whole(it)));
        let any = agents.iter().any(|it| it.routing == Verdict::Proved);
        let bad = |verdict: &Verdict| matches!(verdict, Verdict::Failed(_) | Verdict::Error(_));
        let failed = agents.iter().any(|it| it.verdicts().iter().any(|(_, verdict)| bad(verdict)));
        let ok = report::is_good(any, failed, require, &missing);
        Self { schema: SCHEMA.to_owned(), sandbox, ok, complete: true, missing, agents }
    }

    /// Reads the JSON form of a run that is finished.
    pub fn read(text: &str) -> Result<Self, String> {
        let report: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        match report.schema.as_str() {
            SCHEMA => Ok(report),
            other => Err(format!("its schema is `{other}`, expected `{SCHEMA}`")),
        }
    }

    /// The agents that could not be measured, since the machine or the probe failed.
    pub fn errors(&self) -> impl Iterator<Item = &Evidence> {
        let error = |it: &&Evidence| it.verdicts().iter().any(|(_, verdict)| matches!(verdict, Verdict::Error(_)));
        self.agents.iter().filter(error)
    }

    /// The table for a person.
    pub fn table(&self) -> String {
        let heads = [
            "agent",
            "routing",
            "environment",
            "hosts",
            "web",
            "secrets",
            "permission",
            "effort",
            "mcp",
            "calls",
            "seconds",
        ];
        let mut table = Table::new(heads, &[9, 10]);
        table.extend(self.agents.iter().map(row));
        let mut table = table.text();
        for evidence in &self.agents {
            for (questions, verdict) in evidence.open() {
                let _ = writeln!(table, "{} {questions} {verdict}: {}", evidence.agent, brief(verdict.detail()));
            }
        }
        table + &self.sentence()
    }

    /// The verdict on the whole, in a line.
    fn sentence(&self) -> String {
        let count = |question: fn(&Evidence) -> &Verdict| {
            self.agents.iter().filter(|it| *question(it) == Verdict::Proved).count()
        };
        let asked = |question: fn(&Evidence) -> &Option<Verdict>| {
            let of = self.agents.iter().filter(|it| question(it).is_some()).count();
            let proved = self.agents.iter().filter(|it| *question(it) == Some(Verdict::Proved)).count();
            format!("{proved} of {of}")
        };
        let (permission, effort, mcp) = (asked(|it| &it.permission), asked(|it| &it.effort), asked(|it| &it.mcp));
        let (routing, environment) = (count(|it| &it.routing), count(|it| &it.environment));
        let (hosts, web, secrets) = (count(|it| &it.hosts), count(|it| &it.web), count(|it| &it.secrets));
        let counted = format!(
            "proved of {}: routing {routing}, environment {environment}, hosts {hosts}, web {web}, secrets {secrets}, \
             permission {permission}, effort {effort}, mcp {mcp}",
            self.agents.len()
        );
        report::sentence(counted, "proved", &self.missing)
    }
}

/// A detail in a line: the first line of it, and the last one, which names the error of a trace.
pub fn brief(detail: &str) -> String {
    let mut lines = detail.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    match lines.next_back() {
        None => first.to_owned(),
        Some(last) => format!("{first} … {last} (the whole of it: `--json`)"),
    }
}

fn row(evidence: &Evidence) -> [String; 11] {
    let word = |verdict: &Verdict| verdict.word().to_owned();
    let asked = |verdict: &Option<Verdict>| verdict.as_ref().map_or_else(|| "-".to_owned(), word);
    [
        evidence.agent.clone(),
        word(&evidence.routing),
        word(&evidence.environment),
        word(&evidence.hosts),
        word(&evidence.web),
        word(&evidence.secrets),
        asked(&evidence.permission),
        asked(&evidence.effort),
        asked(&evidence.mcp),
        evidence.runs.iter().map(|run| run.calls).sum::<usize>().to_string(),
        seconds(evidence.milliseconds),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Evidence of which everything is proved, by one run of one call.
    fn proved() -> Evidence {
        let mut evidence = Evidence::new(&Agent { name: "fixture", ..Agent::EMPTY }, "2026-01-31");
        evidence.give_up(&Verdict::Proved);
        let mut run = Run { calls: 1, ..Run::new("direct") };
        run.give_up(&Verdict::Proved);
        evidence.runs = vec![run];
        evidence
    }

    #[track_caller]
    fn check_error(change: impl FnOnce(&mut Evidence), error: Option<&str>) {
        let mut evidence = proved();
        change(&mut evidence);
        assert_eq!(evidence.error(), error);
    }

    #[test]
    fn failed_install_is_reported_once_and_in_a_line() {
        let trace = "install, class 15: proof: the agent ended with 1; its last error:\n    Traceback (most recent call \
                     last):\n      File \"a.py\", line 1\n    KeyError: 'x'\n";
        let mut evidence = proved();
        evidence.give_up(&Verdict::Unproven(trace.to_owned()));
        let report = ProbeReport::new("bwrap".to_owned(), vec![evidence], &[]);
        let table = report.table();
        let line = "fixture routing, environment, hosts, web, secrets unproven: install, class 15: proof: the agent ended \
                    with 1; its last error: … KeyError: 'x' (the whole of it: `--json`)\n";
        assert!(table.contains(line), "{table}");
        assert_eq!((table.matches("class 15").count(), table.contains("Traceback")), (1, false), "{table}");
        assert_eq!(brief("one line"), "one line");
    }

    #[test]
    fn machine_error_is_not_recorded_as_evidence() {
        let error = || Verdict::Error("no room".to_owned());
        check_error(|_| {}, None);
        check_error(|it| it.web = error(), Some("no room"));
        // Also where another run failed, and outweighs it.
        let outweighed = |it: &mut Evidence| {
            it.runs.push(Run { hosts: error(), ..Run::new("proxy") });
            it.hosts = Verdict::Failed("a stranger".to_owned());
        };
        check_error(outweighed, Some("no room"));
        check_error(|it| it.runs.clear(), Some(""));
        check_error(|it| it.secrets = Verdict::Unproven("no record".to_owned()), None);
    }

    #[track_caller]
    fn check_unsettled(change: impl FnOnce(&mut Run), why: Option<&str>) {
        let mut run = proved().runs.remove(0);
        change(&mut run);
        assert_eq!(run.unsettled(), why);
    }

    #[test]
    fn unproven_run_is_retried() {
        check_unsettled(|_| {}, None);
        check_unsettled(|it| it.routing = Verdict::Failed("another model".to_owned()), None);
        check_unsettled(|it| it.routing = Verdict::Error("no room".to_owned()), Some("no room"));
        check_unsettled(|it| it.environment = Verdict::Unproven("no answer".to_owned()), Some("no answer"));
        let silent = |it: &mut Run| (it.calls, it.routing) = (0, Verdict::Failed("no model call arrived".to_owned()));
        check_unsettled(silent, Some("no model call arrived"));
        let seen = |it: &mut Run| {
            (it.hosts, it.environment) = (Verdict::Failed("x".to_owned()), Verdict::Unproven("y".to_owned()));
        };
        check_unsettled(seen, None);
    }

    #[test]
    fn probe_report_round_trips() {
        let report = ProbeReport::new("bubblewrap".to_owned(), vec![proved()], &[]);
        let text = serde_json::to_string(&report).expect("it is JSON");
        assert_eq!(ProbeReport::read(&text), Ok(report));
        let error = ProbeReport::read(&text.replace("benchflow-probe/2", "benchflow-probe/1")).expect_err("it is old");
        assert_eq!(error, "its schema is `benchflow-probe/1`, expected `benchflow-probe/2`");
        assert!(ProbeReport::read("[]").is_err());
    }

    #[test]
    fn probe_table_matches_its_snapshot() {
        let mut broken = proved();
        "another".clone_into(&mut broken.agent);
        (broken.web, broken.milliseconds) = (Verdict::Failed("it searched".to_owned()), 412_345);
        let require = ["fixture".to_owned(), "another".to_owned()];
        let report = ProbeReport::new("bubblewrap".to_owned(), vec![proved(), broken], &require);
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!("report_table", report.table());
        });
    }

    #[test]
    fn unmeasured_agent_is_counted_as_an_error() {
        let mut broken = proved();
        broken.routing = Verdict::Error("no room".to_owned());
        let report = ProbeReport::new("bubblewrap".to_owned(), vec![proved(), broken], &[]);
        assert_eq!(report.errors().count(), 1);
    }
}
