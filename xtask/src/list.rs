//! `list`: the agents with their versions and verdicts, in a table that fits the terminal.

#[cfg(any(feature = "upgrade", test))]
use std::collections::BTreeMap;

use clap::{Arg, ArgAction, ArgMatches, Command};
use registry_command::text::table;
use registry_model::model::{Agent, Registry};
use registry_outputs::evidence::{Evidence, Verdict};
use registry_outputs::facts::Short;
use serde::Serialize;
use serde_json::{Value, json};

use crate::gen_scripts::select;
use crate::{facts, json, probe, unlisted};
use registry_command::console::{Console, columns, print};
use registry_command::failure::{Failure, Outcome, Status};
pub(crate) fn command() -> Command {
    Command::new("list")
        .about("List the agents: version, verdicts on routing and web policy, summary")
        .after_help(
            "Verdicts are those of `cargo xtask probe`; `-` means that nothing was measured.\n\n\
             Examples:\n  cargo xtask list\n  cargo xtask list --wide\n  cargo xtask list my-agent --json | jq -r '.[].version'",
        )
        .arg(
            Arg::new("agent")
                .value_name("NAME")
                .action(ArgAction::Append)
                .help("Only these agents, by name or alias"),
        )
        .arg(
            Arg::new("wide")
                .long("wide")
                .action(ArgAction::SetTrue)
                .help("All columns, for any width of the terminal"),
        )
        .arg(as_json())
}

/// `--json`.
pub(crate) fn as_json() -> Arg {
    Arg::new("json").long("json").action(ArgAction::SetTrue).help("Print JSON")
}
pub(crate) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    unlisted::warn(registry, console);
    let named: Vec<&String> = matches.get_many("agent").unwrap_or_default().collect();
    let agents = select(registry, &named)?;
    let rows = agents.into_iter().map(|agent| Row::of(agent, evidence(registry, agent)?));
    let rows = rows.collect::<Outcome<Vec<_>>>()?;
    if matches.get_flag("json") {
        let all = rows.iter().map(Row::json).collect::<Outcome<Vec<Value>>>()?;
        print(pretty(&json::sorted(Value::Array(all)))?)?;
    } else if matches.get_flag("wide") {
        let head =
            ["name", "version", "routing", "web", "aliases", "protocols", "platforms", "other verdicts", "summary"];
        print(table(&with_head(head, rows.iter().map(Row::wide))).trim_end())?;
    } else {
        print(fitted(&narrow(&rows), columns()).trim_end())?;
    }
    Ok(Status::Done)
}

/// The output of `list` without a terminal. `measured` is evidence by agent that is not written yet.
#[cfg(any(feature = "upgrade", test))]
pub(crate) fn text(registry: &Registry<'_>, measured: &BTreeMap<String, String>) -> Outcome<String> {
    let seen = |agent: &Agent<'_>| match measured.get(agent.name) {
        Some(text) => Evidence::read(agent, Some(text)).map_err(Failure::new),
        None => evidence(registry, agent),
    };
    let agents = registry.agents();
    let rows = agents.into_iter().map(|agent| Row::of(agent, seen(agent)?)).collect::<Outcome<Vec<_>>>()?;
    Ok(narrow(&rows))
}

fn narrow(rows: &[Row<'_>]) -> String {
    let head = ["name", "version", "routing", "web", "summary"];
    table(&with_head(head, rows.iter().map(Row::narrow)))
}

/// An agent with its facts for the table.
struct Row<'a> {
    agent: &'a Agent<'a>,
    evidence: Evidence,
    short: Short<'a>,
    /// The version of its first package, with a mark if its lock could not fetch something.
    version: String,
}

impl<'a> Row<'a> {
    fn of(agent: &'a Agent<'a>, evidence: Evidence) -> Outcome<Self> {
        let lock = agent.read_lock()?;
        let gone = if lock.unavailable_everywhere().is_some() { " (unavailable)" } else { "" };
        let version = lock.packages.first().map_or_else(|| "-".to_owned(), |it| format!("{}{gone}", it.version));
        Ok(Self { agent, evidence, short: facts::short(agent)?, version })
    }

    /// The kind of its web policy, and the verdict on it.
    fn web(&self) -> String {
        let kind = self.agent.web.map_or("none", |web| web.kind().id());
        match &self.evidence.web {
            Verdict::NotMeasured => kind.to_owned(),
            verdict => format!("{kind}, {}", verdict.word()),
        }
    }

    fn narrow(&self) -> [String; 5] {
        let summary = self.agent.summary().split_whitespace().collect::<Vec<_>>().join(" ");
        [self.agent.name.to_owned(), self.version.clone(), measured(&self.evidence.routing), self.web(), summary]
    }

    fn wide(&self) -> [String; 9] {
        let joined = |words: Vec<&str>| if words.is_empty() { "-".to_owned() } else { words.join(",") };
        let short = &self.short;
        let Evidence { environment, hosts, secrets, .. } = &self.evidence;
        let others = [("environment", environment), ("hosts", hosts), ("secrets", secrets)];
        let others = others.iter().filter(|(_, verdict)| **verdict != Verdict::NotMeasured);
        let others: Vec<String> = others.map(|(what, verdict)| format!("{what} {}", verdict.word())).collect();
        let [name, version, routing, web, summary] = self.narrow();
        let others = joined(others.iter().map(String::as_str).collect());
        let protocols = joined(short.protocols.iter().map(|it| it.id()).collect());
        let platforms = joined(short.platforms.iter().map(|it| it.id()).collect());
        [name, version, routing, web, joined(short.aliases.to_vec()), protocols, platforms, others, summary]
    }

    fn json(&self) -> Outcome<Value> {
        let mut facts = value(&self.short)?;
        if let Some(facts) = facts.as_object_mut() {
            facts.insert("version".to_owned(), Value::String(self.version.clone()));
            facts.insert("verdicts".to_owned(), verdicts_json(&self.evidence));
        }
        Ok(facts)
    }
}

/// The evidence on an agent.
pub(crate) fn evidence(registry: &Registry<'_>, agent: &Agent<'_>) -> Outcome<Evidence> {
    let text = probe::evidence::read(registry, agent.name)?.map(|it| it.to_string());
    Evidence::read(agent, text.as_deref()).map_err(Failure::new)
}

/// The verdicts by their question.
pub(crate) fn verdicts_json(evidence: &Evidence) -> Value {
    evidence.verdicts().into_iter().map(|(what, verdict)| (what.to_owned(), json!(verdict.word()))).collect()
}

fn measured(verdict: &Verdict) -> String {
    if *verdict == Verdict::NotMeasured { "-".to_owned() } else { verdict.word().to_owned() }
}

/// Facts as JSON.
pub(crate) fn value(facts: &impl Serialize) -> Outcome<Value> {
    serde_json::to_value(facts).map_err(|error| Failure::new(format!("cannot write JSON: {error}")))
}

/// JSON for programs, indented.
pub(crate) fn pretty(value: &Value) -> Outcome<String> {
    serde_json::to_string_pretty(value).map_err(|error| Failure::new(format!("cannot write JSON: {error}")))
}

fn with_head<const N: usize>(head: [&str; N], rows: impl Iterator<Item = [String; N]>) -> Vec<[String; N]> {
    core::iter::once(head.map(str::to_owned)).chain(rows).collect()
}

/// Lines, cut to the width of the terminal.
fn fitted(text: &str, columns: Option<usize>) -> String {
    let Some(columns) = columns.filter(|columns| *columns > 1) else { return text.to_owned() };
    let fit = |line: &str| {
        if line.chars().count() <= columns {
            return format!("{line}\n");
        }
        let cut: String = line.chars().take(columns - 1).collect();
        format!("{}…\n", cut.trim_end())
    };
    text.lines().map(fit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_to_the_terminal_width() {
        assert_eq!(fitted("abc\nabcdef\n", Some(4)), "abc\nabc…\n");
        assert_eq!(fitted("ab cdef\n", Some(4)), "ab…\n");
        assert_eq!(fitted("abcdef\n", None), "abcdef\n");
        assert_eq!(fitted("äöüß\n", Some(4)), "äöüß\n");
        assert_eq!(fitted("abcdef\n", Some(0)), "abcdef\n");
    }
}
