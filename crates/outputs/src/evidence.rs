//! The evidence on an agent: verdicts of probes, with their inputs. Without evidence, an agent has no verdicts.

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use registry_model::model::{Agent, Outcome};
use registry_scripts::behaviour::Behaviour;
use registry_scripts::evidence::{self, Inputs};
use serde::{Deserialize, Serialize};

/// The verdict on a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Proved.
    Proved,
    /// Refuted, with the observation.
    Failed(String),
    /// Neither proved nor refuted, with the reason.
    Unproven(String),
    /// Measured, but its inputs have changed since.
    Stale(String),
    /// Not measured.
    NotMeasured,
    /// Not a question, since no model server can be given to the agent; the reason.
    NotRoutable(String),
}

impl Verdict {
    /// Its word in tables.
    pub const fn word(&self) -> &'static str {
        let outcome = match self {
            Self::Proved => Outcome::Proved,
            Self::Failed(_) => Outcome::Failed,
            Self::Unproven(_) => Outcome::Unproven,
            Self::Stale(_) => Outcome::Stale,
            Self::NotMeasured => Outcome::NotMeasured,
            Self::NotRoutable(_) => Outcome::NotRoutable,
        };
        outcome.word()
    }

    /// The observation, or why there is none.
    pub fn detail(&self) -> &str {
        match self {
            Self::Failed(detail) | Self::Unproven(detail) | Self::Stale(detail) | Self::NotRoutable(detail) => detail,
            Self::Proved | Self::NotMeasured => "",
        }
    }
}

/// The verdicts on an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Whether its model calls are routed correctly.
    pub routing: Verdict,
    /// Whether its commands find the task's programs.
    pub environment: Verdict,
    /// Whether it calls no other host than those of the entry.
    pub hosts: Verdict,
    /// Whether its web policy works.
    pub web: Verdict,
    /// Whether the key is not leaked.
    pub secrets: Verdict,
    /// Whether its tools run without asking, and ask where they are to.
    pub permission: Verdict,
    /// Whether its levels of effort differ on the wire.
    pub effort: Verdict,
    /// Whether it takes MCP servers as its entry says.
    pub mcp: Verdict,
    /// Its capabilities and modes, and how it reports usage, as measured.
    pub behaviour: Behaviour,
    /// How long it took; none where that was not measured with the versions of its lock.
    pub times: Option<Times>,
    /// The date; empty if nothing was measured.
    pub date: String,
    /// The id of the target that it was measured on; empty where the evidence does not say.
    pub target: String,
}

/// How long an agent took in the runs of one probe. Nothing depends on it: a harness chooses its time limits by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
pub struct Times {
    /// The architecture of the machine where it ran, under strace.
    pub architecture: String,
    /// The number of processors of that machine.
    pub processors: usize,
    /// The number of runs at a time.
    pub jobs: usize,
    /// From the start of its launcher to its answer to `initialize`.
    pub start: Option<TimeRange>,
    /// From the first `session/prompt` to the first model call with its text.
    pub first_call: Option<TimeRange>,
}

/// The shortest and the longest time of several runs, rounded to tenths of a second, from ten seconds on to seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
pub struct TimeRange {
    /// The shortest, in milliseconds, rounded down.
    pub shortest_ms: u64,
    /// The longest, in milliseconds, rounded up.
    pub longest_ms: u64,
    /// The number of runs.
    pub runs: usize,
}

impl Times {
    /// What they depend on, in words.
    pub fn machine(&self) -> String {
        let Self { architecture, processors, jobs, .. } = self;
        let jobs = if *jobs == 1 { "one run".to_owned() } else { format!("{jobs} runs") };
        let plural = if *processors == 1 { "" } else { "s" };
        format!("{architecture}, {processors} processor{plural}, {jobs} at a time")
    }
}

impl Display for TimeRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = |it: u64| match it {
            10_000.. => (it / 1000).to_string(),
            _ => format!("{}.{}", it / 1000, it % 1000 / 100),
        };
        match (self.shortest_ms, self.longest_ms) {
            (0, longest) => write!(f, "up to {} s", seconds(longest)),
            (shortest, longest) if shortest == longest => write!(f, "{} s", seconds(longest)),
            (shortest, longest) => write!(f, "{}–{} s", seconds(shortest), seconds(longest)),
        }
    }
}

/// The parts of the evidence file that a page shows.
#[derive(Debug, Deserialize)]
struct EvidenceFile {
    #[serde(default)]
    pins: Vec<String>,
    #[serde(default)]
    inputs: Inputs,
    #[serde(default)]
    date: String,
    #[serde(default)]
    target: String,
    #[serde(default)]
    behaviour: Behaviour,
    #[serde(default)]
    times: Option<Times>,
    verdicts: BTreeMap<String, RecordedVerdict>,
}

#[derive(Debug, Deserialize)]
struct RecordedVerdict {
    verdict: String,
    #[serde(default)]
    detail: String,
}

impl Evidence {
    /// Reads the evidence on an agent. Missing evidence is not an error, but invalid text is.
    pub fn read(agent: &Agent<'_>, text: Option<&str>) -> Result<Self, String> {
        if let Some(why) = agent.model_refusal() {
            let verdict = |question: &str| match question {
                "routing" => Verdict::NotRoutable(why.clone()),
                _ => Verdict::NotMeasured,
            };
            return Ok(Self::of(String::new(), Behaviour::new(), None, verdict));
        }
        let Some(text) = text else {
            return Ok(Self::of(String::new(), Behaviour::new(), None, |_| Verdict::NotMeasured));
        };
        let unreadable = |error: &dyn Display| {
            format!("the evidence on `{}` cannot be read: {error}\nhelp: measure it again", agent.name)
        };
        let measured: EvidenceFile = serde_json::from_str(text).map_err(|error| unreadable(&error))?;
        let mut verdicts = BTreeMap::new();
        for (question, judged) in &measured.verdicts {
            let verdict = judged.verdict();
            let unknown = || unreadable(&format!("`{}` is not a verdict on `{question}`", judged.verdict));
            verdicts.insert(question.as_str(), verdict.ok_or_else(unknown)?);
        }
        let stale = evidence::stale(agent, &measured.pins, &measured.inputs);
        let why = |question: &str| match &stale {
            Ok(stale) => stale.iter().find(|(it, _)| *it == question).map(|(_, why)| why.clone()),
            // When the scripts of an agent cannot be rendered, all its evidence is stale.
            Err(error) => Some(error.to_string()),
        };
        let verdict = |question: &str| match (why(question), verdicts.get(question)) {
            (Some(why), None) if why == evidence::UNASKED => Verdict::NotMeasured,
            (Some(why), _) => Verdict::Stale(why),
            (None, Some(verdict)) => verdict.clone(),
            (None, None) => Verdict::NotMeasured,
        };
        let same = agent.read_lock().is_ok_and(|lock| lock.pins() == measured.pins);
        let times = measured.times.filter(|_| same);
        Ok(Self { target: measured.target, ..Self::of(measured.date, measured.behaviour, times, verdict) })
    }

    /// Whether `session/set_model` is the only way to set the model of a session: the session offers no option for it.
    /// None where the agent gets its model in another way, or where no session was measured.
    pub fn set_model_alone(&self, agent: &Agent<'_>) -> Option<bool> {
        let session = self.behaviour.get("session").filter(|it| !it.is_empty() && agent.sets_model())?;
        Some(!session.contains_key("option model"))
    }

    /// The verdicts, each with its question.
    pub fn verdicts(&self) -> [(&'static str, &Verdict); 8] {
        let Self {
            routing,
            environment,
            hosts,
            web,
            secrets,
            permission,
            effort,
            mcp,
            behaviour: _,
            times: _,
            date: _,
            target: _,
        } = self;
        [
            ("routing", routing),
            ("environment", environment),
            ("hosts", hosts),
            ("web", web),
            ("secrets", secrets),
            ("permission", permission),
            ("effort", effort),
            ("mcp", mcp),
        ]
    }

    fn of(date: String, behaviour: Behaviour, times: Option<Times>, verdict: impl Fn(&str) -> Verdict) -> Self {
        Self {
            routing: verdict("routing"),
            environment: verdict("environment"),
            hosts: verdict("hosts"),
            web: verdict("web"),
            secrets: verdict("secrets"),
            permission: verdict("permission"),
            effort: verdict("effort"),
            mcp: verdict("mcp"),
            behaviour,
            times,
            date,
            target: String::new(),
        }
    }
}

impl RecordedVerdict {
    /// The verdict; `None` for an unknown word, and for errors of the machine, which are never stored.
    fn verdict(&self) -> Option<Verdict> {
        Some(match Outcome::from_word(&self.verdict)? {
            Outcome::Proved => Verdict::Proved,
            Outcome::Failed => Verdict::Failed(self.detail.clone()),
            Outcome::Unproven => Verdict::Unproven(self.detail.clone()),
            Outcome::Error | Outcome::Stale | Outcome::NotMeasured | Outcome::NotRoutable => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use registry_model::model::{Artefact, Mcp, McpTransport, ModelDelivery, Npm, Via, WebPolicy};
    use registry_model::template::Template;

    use super::*;

    const NPM: Artefact<'static> = Artefact::Npm(Npm { package: "a", bin: "a", postinstall: &[] });
    const AGENT: Agent<'static> = Agent {
        name: "fixture",
        install: &[NPM],
        launch: &[Template("\"a\"")],
        web: Some(WebPolicy::NoTools("seen")),
        lock: "format 1\npackage npm a 1.0 -\n",
        ..Agent::EMPTY
    };

    /// Evidence with current inputs.
    fn seen() -> String {
        let inputs = evidence::inputs(&AGENT).expect("it is rendered");
        serde_json::json!({
            "pins": ["a@1.0"], "inputs": inputs, "date": "2026-01-02",
            "verdicts": {"routing": {"verdict": "proved"}, "web": {"verdict": "unproven", "detail": "no tool was seen"}},
        })
        .to_string()
    }

    #[track_caller]
    fn check(text: Option<&str>, routing: &str, web: &str, detail: &str) {
        check_of(&AGENT, text, routing, web, detail);
    }

    #[track_caller]
    fn check_of(agent: &Agent<'_>, text: Option<&str>, routing: &str, web: &str, detail: &str) {
        let evidence = Evidence::read(agent, text).expect("it can be read");
        assert_eq!((evidence.routing.word(), evidence.web.word(), evidence.web.detail()), (routing, web, detail));
    }

    #[test]
    fn evidence_is_shown_as_measured() {
        check(Some(&seen()), "proved", "unproven", "no tool was seen");
        check(None, "not measured", "not measured", "");
        assert!(Evidence::read(&AGENT, Some("{}")).is_err());
        assert!(Evidence::read(&AGENT, Some(&seen().replace("\"proved\"", "\"error\""))).is_err());
        let failed = seen().replace("\"proved\"", "\"failed\"");
        check(Some(&failed), "failed", "unproven", "no tool was seen");
    }

    #[track_caller]
    fn check_range(shortest_ms: u64, longest_ms: u64, text: &str) {
        assert_eq!(TimeRange { shortest_ms, longest_ms, runs: 2 }.to_string(), text);
    }

    #[test]
    fn range_has_no_more_digits_than_were_measured() {
        check_range(600, 2100, "0.6–2.1 s");
        check_range(0, 100, "up to 0.1 s");
        check_range(300, 300, "0.3 s");
        check_range(9800, 31_000, "9.8–31 s");
    }

    #[test]
    fn times_of_other_versions_are_not_shown() {
        let times = r#""times": {"architecture": "x86_64", "processors": 2, "jobs": 1, "first_call": null,
            "start": {"shortest_ms": 600, "longest_ms": 2100, "runs": 13}}, "pins""#;
        let text = seen().replace("\"pins\"", times);
        let shown = |agent: &Agent<'_>| Evidence::read(agent, Some(&text)).expect("it can be read").times;
        let machine = shown(&AGENT).map(|it| it.machine());
        assert_eq!(machine.as_deref(), Some("x86_64, 2 processors, one run at a time"));
        // Another launcher makes verdicts stale, and the agent is the same.
        let launch = &[Template("\"a\""), Template("\"--acp\"")];
        assert!(shown(&Agent { launch, ..AGENT }).is_some());
        assert_eq!(shown(&Agent { lock: "format 1\npackage npm a 2.0 -\n", ..AGENT }), None);
    }

    #[test]
    fn session_without_an_option_for_its_model_is_known() {
        let alone = |agent: &Agent<'_>, facts: &str| {
            let text = seen().replace("\"pins\"", &format!("\"behaviour\": {{\"session\": {{{facts}}}}}, \"pins\""));
            Evidence::read(agent, Some(&text)).expect("it can be read").set_model_alone(agent)
        };
        assert_eq!(alone(&AGENT, r#""model m": "M", "option mode": "ask""#), Some(true));
        assert_eq!(alone(&AGENT, r#""model m": "M", "option model": "m""#), Some(false));
        assert_eq!(alone(&AGENT, ""), None);
        let model = ModelDelivery { via: Via::File, ..ModelDelivery::EMPTY };
        assert_eq!(alone(&Agent { model, ..AGENT }, r#""model m": "M""#), None);
    }

    #[test]
    fn question_newer_than_the_evidence_is_not_measured() {
        let agent = Agent { mcp: Some(Mcp::Servers { acp: &[McpTransport::Stdio], file: &[] }), ..AGENT };
        let evidence = Evidence::read(&agent, Some(&seen())).expect("it can be read");
        assert_eq!((evidence.mcp, evidence.routing), (Verdict::NotMeasured, Verdict::Proved));
    }

    #[test]
    fn evidence_of_other_inputs_is_stale() {
        let tree = Agent { lock: "format 1\npackage npm a 1.0 sha512-x\n", ..AGENT };
        check_of(
            &tree,
            Some(&seen()),
            "stale",
            "stale",
            "the lock, the launcher, the entry, the runtime or the method has changed since",
        );
        let web = Agent { web: Some(WebPolicy::NoTools("seen again")), ..AGENT };
        check_of(
            &web,
            Some(&seen()),
            "proved",
            "stale",
            "the lock, the launcher, the entry, the runtime or the method has changed since",
        );
        let other = Agent { lock: "format 1\npackage npm a 2.0 -\n", ..AGENT };
        check_of(&other, Some(&seen()), "stale", "stale", "measured with a@1.0, and the lock has a@2.0");
    }
}
