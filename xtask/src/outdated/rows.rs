//! The packages of the entries, with the newest versions that their registries have and that may be pinned.

use std::fmt::Write;

use clap::ArgMatches;
use registry_model::model::{Agent, Artefact, Registry};
use serde::Serialize;

use super::choice::{self, Choice, Limits};
use super::releases;
pub(crate) use super::releases::Dated;
use crate::clients::{self, Tools};
use crate::console::{Console, print};
use crate::failure::{Failure, Outcome, Status};
use crate::{list, lookup, parallel};

/// The name and version of the JSON form.
const SCHEMA: &str = "benchflow-outdated/1";

/// A package of an entry, with what its registry has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Row {
    /// The agent.
    pub agent: String,
    /// The package.
    pub package: String,
    /// Whether it is the agent itself in the tree of what the entry installs: its version follows from that of another.
    pub carried: bool,
    /// The version of its lock.
    pub pinned: Dated,
    /// The newest version.
    pub newest: Dated,
    /// The newest version that may be pinned: the pinned one, where no newer one may.
    pub allowed: Dated,
    /// Why newer versions are not allowed, the newest first; or why nothing is known.
    pub why: Vec<String>,
    /// The versions above the pin that are allowed, the oldest first, as far as the registry lists them.
    #[serde(skip)]
    pub candidates: Vec<Dated>,
}

impl Row {
    /// A row of a test, with nothing newer.
    #[cfg(test)]
    pub(crate) fn of_test(package: &str, pinned: Dated) -> Self {
        let (newest, allowed) = (pinned.clone(), pinned.clone());
        let (agent, package) = ("fixture".to_owned(), package.to_owned());
        Self { agent, package, carried: false, pinned, newest, allowed, why: vec![], candidates: vec![] }
    }

    /// Whether there is a newer version.
    pub(crate) fn is_outdated(&self) -> bool {
        self.newest.version != self.pinned.version
    }
}

/// Runs it.
pub(crate) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    let named = matches.get_many::<String>("agent").unwrap_or_default();
    let named: Vec<&Agent<'_>> = named.map(|name| lookup::agent(registry, name)).collect::<Outcome<_>>()?;
    let agents = if named.is_empty() { registry.agents() } else { named };
    let min_age = matches.get_one::<u64>("min-age").copied().unwrap_or(7);
    for agent in &agents {
        agent.read_lock()?;
    }
    let tools = Tools::prepare(&clients::cache(registry), console)?;
    console.progress("asking the registries");
    let rows = rows(&tools, &agents, Limits { min_age, may_lose_targets: false });
    console.clear();
    let rows = rows?;
    if matches.get_flag("json") {
        let value = serde_json::json!({"schema": SCHEMA, "min_age": min_age, "packages": rows});
        print(list::pretty(&crate::json::sorted(value))?)?;
    } else {
        print(table(&rows).trim_end())?;
    }
    Ok(Status::found(rows.iter().any(Row::is_outdated)))
}

/// The packages of agents, with what their registries have.
pub(crate) fn rows(tools: &Tools, agents: &[&Agent<'_>], limits: Limits) -> Outcome<Vec<Row>> {
    let mut all: Vec<(&Agent<'_>, &str, &str)> = Vec::new();
    for agent in agents {
        all.extend(packages(agent));
        all.extend(carried(agent)?);
    }
    let rows = parallel::map(&all, |(agent, ecosystem, name)| row(tools, agent, ecosystem, name, limits));
    rows.into_iter().collect()
}

/// The packages of its tree that an entry calls the agent itself.
fn carried<'a>(agent: &'a Agent<'a>) -> Outcome<Vec<(&'a Agent<'a>, &'static str, &'a str)>> {
    let lock = agent.read_lock()?;
    let found = |name: &&'a str| Some((agent, lock.anywhere(name)?.0, *name));
    Ok(agent.carries.iter().filter_map(found).collect())
}

/// What the registries have of an agent's packages.
pub(crate) fn look(tools: &Tools, agent: &Agent<'_>, limits: Limits) -> Outcome<Vec<Row>> {
    packages(agent).into_iter().map(|(agent, ecosystem, name)| row(tools, agent, ecosystem, name, limits)).collect()
}

/// A version of a package of an agent, by its number; none where the registry does not have it.
pub(crate) fn release(tools: &Tools, agent: &Agent<'_>, package: &str, version: &str) -> Outcome<Option<Dated>> {
    let known = packages(agent).into_iter().find(|(_, _, name)| *name == package);
    known.map_or(Ok(None), |(agent, ecosystem, name)| releases::one(tools, agent, ecosystem, name, version))
}

/// The versions that may be pinned in the place of a row's pin, the oldest first.
pub(crate) fn candidates(tools: &Tools, agent: &Agent<'_>, row: &Row) -> Outcome<Vec<Dated>> {
    let is_npm = packages(agent).iter().any(|(_, ecosystem, name)| *ecosystem == "npm" && *name == row.package);
    if is_npm || row.candidates.is_empty() {
        return Ok(row.candidates.clone());
    }
    releases::pypi_between(tools, agent, &row.package, &row.pinned, &row.allowed)
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

fn row(tools: &Tools, agent: &Agent<'_>, ecosystem: &str, name: &str, limits: Limits) -> Outcome<Row> {
    let lock = agent.read_lock()?;
    let named = lock.package(ecosystem, name).map(|it| it.version);
    let Some(pinned) = named.or_else(|| lock.anywhere(name).map(|(_, version)| version)) else {
        return Err(Failure::new(format!("the lock of `{}` does not have `{name}`", agent.name))
            .help(format!("write it: cargo pin {}", agent.name)));
    };
    let choice = match ecosystem {
        "npm" => releases::npm(tools, &lock, name, pinned)?.map(|found| choice::npm(&found, pinned, limits)),
        _ => releases::pypi(tools, agent, name, pinned, limits.min_age)?,
    };
    let Choice { pinned, newest, allowed, why, candidates } = choice.unwrap_or_else(|| Choice::nothing(pinned));
    let (agent, package, carried) = (agent.name.to_owned(), name.to_owned(), named.is_none());
    Ok(Row { agent, package, carried, pinned, newest, allowed, why, candidates })
}

fn table(rows: &[Row]) -> String {
    let heads = ["agent", "package", "pinned", "newest", "newest allowed"].map(str::to_owned);
    let mut cells = vec![heads];
    cells.extend(rows.iter().map(|it| {
        let newest = if it.is_outdated() { it.newest.text() } else { "-".to_owned() };
        let allowed = if it.allowed.version == it.pinned.version { "-".to_owned() } else { it.allowed.text() };
        let package = if it.carried { format!("{} (carried)", it.package) } else { it.package.clone() };
        [it.agent.clone(), package, it.pinned.text(), newest, allowed]
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
            carried: newest == "3.0.0",
            pinned: dated("1.0.0"),
            newest: dated(newest),
            allowed: dated(allowed),
            why: why.iter().map(ToString::to_string).collect(),
            candidates: Vec::new(),
        };
        let rows = [row("1.0.0", "1.0.0", &[]), row("3.0.0", "2.0.0", &["3.0.0 is 2 days old, and 7 are asked for"])];
        let expected = "\
agent    package      pinned       newest       newest allowed
fixture  a            1.0.0 (9 d)  -            -
fixture  a (carried)  1.0.0 (9 d)  3.0.0 (9 d)  2.0.0 (9 d)
fixture a: 3.0.0 is 2 days old, and 7 are asked for
2 packages: 1 have a newer version, 1 of them one that is allowed";
        assert_eq!(table(&rows), expected);
    }
}
