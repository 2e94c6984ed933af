//! `outdated`: which packages of the entries have newer versions, how old each is, and why a newer one is not allowed.

mod choice;
mod releases;

use std::fmt::Write;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use registry_core::model::{Agent, Artefact, Registry};
use serde::Serialize;

use crate::clients::{self, Tools};
use crate::console::{Console, print};
use crate::failure::{Failure, Outcome, Status};
use crate::{day, list, lookup, parallel};
use choice::Choice;

/// The name and version of the JSON form.
const SCHEMA: &str = "benchflow-outdated/1";

/// The command line.
pub(crate) fn command() -> Command {
    Command::new("outdated")
        .about("List the packages of the entries with their newest versions, and say why a newer one is not allowed")
        .after_help(
            "A version is allowed when it is old enough, its Node.js or Python is the pinned one, and it has every\n\
             platform package that the lock has now. `cargo pin AGENT PKG=VERSION` moves a pin.\n\n\
             Examples:\n  cargo xtask outdated\n  cargo xtask outdated my-agent --min-age 0\n  \
             cargo xtask outdated --json\n\
             Exit status: 0 nothing is newer, 1 something is newer, 2 a registry did not answer.",
        )
        .arg(
            Arg::new("agent")
                .value_name("AGENT")
                .action(ArgAction::Append)
                .help("Agents by name or alias; all, when none is given"),
        )
        .arg(
            Arg::new("min-age")
                .long("min-age")
                .value_name("DAYS")
                .default_value("7")
                .value_parser(value_parser!(u64))
                .help("Days that a version must have been published before it is allowed"),
        )
        .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help("Print JSON"))
}

/// A version with the day on which it was published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Dated {
    /// The version.
    version: String,
    /// The day, as `2026-01-31`; empty where the registry does not say.
    date: String,
    /// How many days ago that was.
    #[serde(skip_serializing_if = "Option::is_none")]
    days: Option<u64>,
}

impl Dated {
    fn new(version: &str, date: &str) -> Self {
        Self { version: version.to_owned(), date: date.to_owned(), days: day::age(date) }
    }

    /// For a table: `1.2.3 (12 d)`.
    fn text(&self) -> String {
        self.days.map_or_else(|| self.version.clone(), |days| format!("{} ({days} d)", self.version))
    }
}

/// A package of an entry, with what its registry has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Row {
    agent: String,
    package: String,
    pinned: Dated,
    newest: Dated,
    /// The newest version that may be pinned: the pinned one, where no newer one may.
    allowed: Dated,
    /// Why newer versions are not allowed, the newest first; or why nothing is known.
    why: Vec<String>,
}

impl Row {
    fn is_outdated(&self) -> bool {
        self.newest.version != self.pinned.version
    }
}

/// Runs it.
pub(crate) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    let named = matches.get_many::<String>("agent").unwrap_or_default();
    let named: Vec<&Agent<'_>> = named.map(|name| lookup::agent(registry, name)).collect::<Outcome<_>>()?;
    let agents = if named.is_empty() { registry.agents() } else { named };
    let min_age = matches.get_one::<u64>("min-age").copied().unwrap_or(7);
    let tools = Tools::prepare(&clients::cache(registry), console)?;
    let packages: Vec<(&Agent<'_>, &str, &str)> = agents.iter().flat_map(|agent| packages(agent)).collect();
    console.progress(format!("asking for {} packages", packages.len()));
    let rows = parallel::map(&packages, |(agent, ecosystem, name)| row(&tools, agent, ecosystem, name, min_age));
    console.clear();
    let rows: Vec<Row> = rows.into_iter().collect::<Outcome<_>>()?;
    if matches.get_flag("json") {
        let value = serde_json::json!({"schema": SCHEMA, "min_age": min_age, "packages": rows});
        print(list::pretty(&crate::json::sorted(value))?)?;
    } else {
        print(table(&rows).trim_end())?;
    }
    Ok(Status::found(rows.iter().any(Row::is_outdated)))
}

/// The packages that an entry names, each once.
fn packages<'a>(agent: &'a Agent<'a>) -> Vec<(&'a Agent<'a>, &'static str, &'a str)> {
    let mut found: Vec<(&Agent<'_>, &'static str, &str)> = Vec::new();
    for (ecosystem, name) in agent.install.iter().filter_map(Artefact::package) {
        if !found.iter().any(|(_, _, known)| *known == name) {
            found.push((agent, ecosystem, name));
        }
    }
    found
}

fn row(tools: &Tools, agent: &Agent<'_>, ecosystem: &str, name: &str, min_age: u64) -> Outcome<Row> {
    let lock = agent.read_lock()?;
    let Some(pinned) = lock.package(ecosystem, name).map(|it| it.version) else {
        return Err(Failure::new(format!("the lock of `{}` does not have `{name}`", agent.name))
            .help(format!("write it: cargo pin {}", agent.name)));
    };
    let choice = match ecosystem {
        "npm" => releases::npm(tools, &lock, name, pinned)?.map(|found| choice::npm(&found, pinned, min_age)),
        _ => releases::pypi(tools, agent, name, pinned, min_age)?,
    };
    let Choice { pinned, newest, allowed, why } = choice.unwrap_or_else(|| Choice::nothing(pinned));
    Ok(Row { agent: agent.name.to_owned(), package: name.to_owned(), pinned, newest, allowed, why })
}

fn table(rows: &[Row]) -> String {
    let heads = ["agent", "package", "pinned", "newest", "newest allowed"].map(str::to_owned);
    let mut cells = vec![heads];
    cells.extend(rows.iter().map(|it| {
        let newest = if it.is_outdated() { it.newest.text() } else { "-".to_owned() };
        let allowed = if it.allowed.version == it.pinned.version { "-".to_owned() } else { it.allowed.text() };
        [it.agent.clone(), it.package.clone(), it.pinned.text(), newest, allowed]
    }));
    let mut text = list::table(&cells);
    for row in rows {
        for why in &row.why {
            let _ = writeln!(text, "{} {}: {why}", row.agent, row.package);
        }
    }
    let (newer, allowed) = (
        rows.iter().filter(|it| it.is_outdated()).count(),
        rows.iter().filter(|it| it.allowed.version != it.pinned.version).count(),
    );
    text + &format!("{} packages: {newer} have a newer version, {allowed} of them one that is allowed", rows.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_what_may_be_pinned_and_why_not_more() {
        let dated = |version: &str| Dated { version: version.to_owned(), date: String::new(), days: Some(9) };
        let row = |newest: &str, allowed: &str, why: &[&str]| Row {
            agent: "fixture".to_owned(),
            package: "a".to_owned(),
            pinned: dated("1.0.0"),
            newest: dated(newest),
            allowed: dated(allowed),
            why: why.iter().map(ToString::to_string).collect(),
        };
        let rows = [row("1.0.0", "1.0.0", &[]), row("3.0.0", "2.0.0", &["3.0.0 is 2 days old, and 7 are asked for"])];
        let expected = "\
agent    package  pinned       newest       newest allowed
fixture  a        1.0.0 (9 d)  -            -
fixture  a        1.0.0 (9 d)  3.0.0 (9 d)  2.0.0 (9 d)
fixture a: 3.0.0 is 2 days old, and 7 are asked for
2 packages: 1 have a newer version, 1 of them one that is allowed";
        assert_eq!(table(&rows), expected);
    }
}
