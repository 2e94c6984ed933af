//! The report of an upgrade: as text, as JSON, and as Markdown for a pull request.

use std::fmt::Write as _;

use registry_model::model::Agent;
use registry_scripts::behaviour::{ASPECTS, Aspect, Difference};
use serde_json::{Value, json};

use super::request::UpgradeRequest;
use super::step::Stop;
use crate::{json as in_order, list};
use registry_command::console::print;
use registry_command::failure::{Failure, Outcome, Status};
use registry_command::files;

/// The name and version of the JSON form.
const SCHEMA: &str = "benchflow-upgrade/1";

/// The maximum number of listed facts of an aspect that decides nothing.
const LISTED: usize = 12;

/// The verdict on an agent's upgrade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing newer is published.
    Current,
    /// A dry run found an allowed version.
    Planned,
    /// The new version is proved and behaves like the old one.
    Same,
    /// The new version is proved and behaves differently.
    Other,
    /// A newer version is not allowed.
    Blocked,
    /// The entry must change first.
    EntryMustChange,
    /// The command could not run.
    Failed,
}

impl Verdict {
    /// Its words in reports.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Planned => "can be upgraded",
            Self::Same => "same behaviour",
            Self::Other => "other behaviour",
            Self::Blocked => "blocked",
            Self::EntryMustChange => "entry must change",
            Self::Failed => "failed",
        }
    }

    /// The exit status.
    pub(crate) const fn status(self) -> u8 {
        match self {
            Self::Current | Self::Planned | Self::Same => 0,
            Self::Other => 1,
            Self::Failed => 2,
            Self::Blocked => 3,
            Self::EntryMustChange => 4,
        }
    }
}

/// A request that should not have been made, and the files of the packages that contain its texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UndeclaredRequest {
    /// The whole request, without secrets.
    pub request: String,
    /// `package: file contains text`.
    pub found: Vec<String>,
}

/// What became of an agent, and what differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UpgradeReport {
    /// The agent.
    pub agent: String,
    /// The packages and versions of the lock.
    pub from: Vec<String>,
    /// The packages and versions that were tried, or would be.
    pub to: Vec<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// Notes, one line each.
    pub notes: Vec<String>,
    /// The differences.
    pub differences: Vec<Difference>,
    /// The first wrong request.
    pub offence: Option<UndeclaredRequest>,
    /// Whether the files are written.
    pub written: bool,
}

impl UpgradeReport {
    /// The report of an agent before its first step.
    pub(crate) fn new(agent: &Agent<'_>) -> Self {
        // If the lock cannot be read, the first step reports it.
        let pins = agent.read_lock().map(|lock| lock.pins()).unwrap_or_default();
        let from = pins.iter().map(|pin| spaced(pin)).collect();
        Self {
            agent: agent.name.to_owned(),
            from,
            to: Vec::new(),
            verdict: Verdict::Current,
            notes: Vec::new(),
            differences: Vec::new(),
            offence: None,
            written: false,
        }
    }

    /// Records the end of an upgrade.
    pub(crate) fn end(&mut self, end: Stop) {
        let (verdict, notes) = match end {
            Stop::Current(notes) => (Verdict::Current, notes),
            Stop::Blocked(why) => (Verdict::Blocked, why),
            Stop::EntryMustChange(why) => (Verdict::EntryMustChange, why),
            Stop::Failed(failure) => (Verdict::Failed, failure.to_string().lines().map(str::to_owned).collect()),
        };
        self.verdict = verdict;
        self.notes.extend(notes);
    }

    /// Records the differences between two proved versions.
    pub(crate) fn compare(&mut self, differences: Vec<Difference>) {
        let decides = differences.iter().any(|it| it.aspect.decides);
        self.verdict = if decides { Verdict::Other } else { Verdict::Same };
        self.differences = differences;
    }

    /// The differences, by aspect.
    fn by_aspect(&self) -> impl Iterator<Item = (Aspect, Vec<&Difference>)> {
        let of = |aspect: Aspect| self.differences.iter().filter(|it| it.aspect == aspect).collect::<Vec<_>>();
        ASPECTS.into_iter().map(move |aspect| (aspect, of(aspect))).filter(|(_, all)| !all.is_empty())
    }

    fn json(&self) -> Value {
        let difference =
            |it: &Difference| json!({"aspect": it.aspect.name, "fact": it.fact, "old": it.old, "new": it.new});
        json!({
            "agent": self.agent,
            "from": self.from,
            "to": self.to,
            "verdict": self.verdict.word(),
            "status": self.verdict.status(),
            "notes": self.notes,
            "differences": self.differences.iter().map(difference).collect::<Vec<_>>(),
            "offence": self.offence.as_ref().map(|it| json!({"request": it.request, "found": it.found})),
            "written": self.written,
        })
    }
}

/// `name 1.0` of `name@1.0` or `name==1.0`.
fn spaced(pin: &str) -> String {
    match pin.split_once("==").or_else(|| pin.rsplit_once('@')) {
        Some((name, version)) => format!("{name} {version}"),
        None => pin.to_owned(),
    }
}

/// The exit status for all agents; one failed agent is a failure of the command.
pub(crate) fn outcome(reports: &[UpgradeReport]) -> Outcome {
    let failures: Vec<&str> =
        reports.iter().filter(|it| it.verdict == Verdict::Failed).map(|it| it.agent.as_str()).collect();
    if failures.is_empty() {
        return Ok(status(reports));
    }
    Err(Failure::new(format!("`{}` could not be upgraded: see above", failures.join("`, `")))
        .help("fix these errors and run the command again: completed steps are not repeated"))
}

/// The exit status of some agents: of the first of 2, 4, 1, 3, 0 that one of them has.
fn status(reports: &[UpgradeReport]) -> Status {
    let has = |status: &u8| reports.iter().any(|it| it.verdict.status() == *status);
    match [2, 4, 1, 3].into_iter().find(|it| has(it)) {
        None => Status::Done,
        Some(1) => Status::Found,
        Some(status) => Status::Exit(status),
    }
}

/// Prints the reports, and writes the Markdown if it is requested.
pub(crate) fn show(reports: &[UpgradeReport], request: &UpgradeRequest<'_>) -> Outcome<()> {
    if let Some(path) = &request.pr_body {
        files::write_atomically(path, markdown(reports).as_bytes(), 0o644)?;
    }
    if !request.json {
        return print(text(reports).trim_end());
    }
    let all: Vec<Value> = reports.iter().map(UpgradeReport::json).collect();
    print(list::pretty(&in_order::sorted(json!({"schema": SCHEMA, "agents": all})))?)
}

/// The table, then the notes and differences of each agent.
fn text(reports: &[UpgradeReport]) -> String {
    let mut cells = vec![["agent", "from", "to", "verdict"].map(str::to_owned)];
    for it in reports {
        let or_dash = |words: &[String]| if words.is_empty() { "-".to_owned() } else { words.join(", ") };
        cells.push([it.agent.clone(), or_dash(&it.from), or_dash(&it.to), it.verdict.word().to_owned()]);
    }
    let mut text = registry_command::text::table(&cells);
    for report in reports {
        for note in &report.notes {
            let _ = writeln!(text, "{}: {note}", report.agent);
        }
        for (aspect, all) in report.by_aspect() {
            let _ = writeln!(text, "{}: {}", report.agent, aspect.title);
            let shown = if aspect.decides { all.len() } else { LISTED };
            for it in all.iter().take(shown) {
                let _ = writeln!(text, "  {}", it.line(str::to_owned));
            }
            if let more @ 1.. = all.len().saturating_sub(shown) {
                let _ = writeln!(text, "  and {more} more (`--json` lists all)");
            }
        }
        if let Some(UndeclaredRequest { request, found }) = &report.offence {
            let _ = writeln!(text, "{}: the first wrong request:", report.agent);
            for it in request.lines() {
                let _ = writeln!(text, "  | {it}");
            }
            for it in found {
                let _ = writeln!(text, "  {it}");
            }
        }
    }
    text
}

/// The text of a pull request. Output of agents is in code spans, so that it is not read as markup.
fn markdown(reports: &[UpgradeReport]) -> String {
    let mut text = String::new();
    for report in reports {
        let _ = writeln!(text, "## {}: {}\n", report.agent, report.verdict.word());
        let listed = |words: &[String]| words.iter().map(|it| code(it)).collect::<Vec<_>>().join(", ");
        let _ = writeln!(text, "From {} to {}.\n", listed(&report.from), listed(&report.to));
        for note in &report.notes {
            let _ = writeln!(text, "- {}", code(note));
        }
        for (aspect, all) in report.by_aspect() {
            let _ = writeln!(text, "\n### {}\n", aspect.title);
            for it in all {
                let _ = writeln!(text, "- {}", it.line(code));
            }
        }
        if let Some(UndeclaredRequest { request, found }) = &report.offence {
            let fence = "`".repeat(longest_run(request).max(2) + 1);
            let _ = writeln!(text, "\n### The first wrong request\n\n{fence}text\n{request}\n{fence}\n");
            for it in found {
                let _ = writeln!(text, "- {}", code(it));
            }
        }
        text.push('\n');
    }
    text
}

/// A text as code in one line of Markdown.
fn code(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let fence = "`".repeat(longest_run(&text) + 1);
    // Blanks separate backticks at the ends from the fence.
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    if text.is_empty() { "(empty)".to_owned() } else { format!("{fence}{pad}{text}{pad}{fence}") }
}

/// The length of the longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|char| char != '`').map(str::len).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(verdict: Verdict) -> UpgradeReport {
        UpgradeReport { verdict, ..UpgradeReport::new(&Agent { name: "fixture", ..Agent::EMPTY }) }
    }

    fn difference(aspect: &str, old: Option<&str>, new: Option<&str>) -> Difference {
        let aspect = ASPECTS.into_iter().find(|it| it.name == aspect).expect("it is one");
        Difference { aspect, fact: "x`y".to_owned(), old: old.map(str::to_owned), new: new.map(str::to_owned) }
    }

    #[track_caller]
    fn check_status(verdicts: &[Verdict], expected: Status) {
        let reports: Vec<UpgradeReport> = verdicts.iter().map(|it| report(*it)).collect();
        assert_eq!(status(&reports), expected, "{verdicts:?}");
    }

    #[test]
    fn exit_status_is_that_of_the_worst_verdict() {
        use Verdict::{Blocked, Current, EntryMustChange, Failed, Other, Planned, Same};
        check_status(&[], Status::Done);
        check_status(&[Current, Same, Planned], Status::Done);
        check_status(&[Current, Blocked], Status::Exit(3));
        check_status(&[Blocked, Other], Status::Found);
        check_status(&[Other, EntryMustChange, Blocked], Status::Exit(4));
        check_status(&[EntryMustChange, Failed, Other], Status::Exit(2));
    }

    #[test]
    fn only_decisive_aspects_change_the_verdict() {
        let verdict = |aspect: &str| {
            let mut report = report(Verdict::Current);
            report.compare(vec![difference(aspect, Some("1"), Some("2"))]);
            report.verdict
        };
        assert_eq!((verdict("packages"), verdict("installed")), (Verdict::Same, Verdict::Same));
        for aspect in ["tools", "hosts", "licences", "install-scripts", "targets", "verdicts"] {
            assert_eq!(verdict(aspect), Verdict::Other, "{aspect}");
        }
    }

    #[test]
    fn each_difference_is_printed_once() {
        let mut all = report(Verdict::Current);
        all.compare(vec![
            difference("tools", None, Some("listed")),
            difference("hosts", Some("called"), None),
            difference("packages", Some("1.0"), Some("1.1")),
        ]);
        let expected = "\
agent    from  to  verdict
fixture  -     -   other behaviour
fixture: Tools
  + x`y: listed
fixture: Other hosts
  - x`y: called
fixture: Packages
  ~ x`y: 1.0 -> 1.1
";
        assert_eq!(text(&[all]), expected);
    }

    #[test]
    fn agent_output_is_escaped_in_markdown() {
        let mut all = report(Verdict::EntryMustChange);
        all.notes = vec!["<img src=x>\n# a heading".to_owned()];
        all.offence = Some(UndeclaredRequest {
            request: "POST https://x\n\n```\n</details>".to_owned(),
            found: vec!["`".to_owned()],
        });
        all.differences = vec![difference("tools", None, Some("](x)"))];
        let text = markdown(&[all]);
        for part in ["- `<img src=x> # a heading`\n", "````text\n", "- + ``x`y``: `](x)`\n", "- `` ` ``\n"] {
            assert!(text.contains(part), "no {part:?} in\n{text}");
        }
    }
}
