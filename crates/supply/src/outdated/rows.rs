//! The packages of the entries, with their newest versions and the newest that may be pinned.

use registry_model::model::{Agent, Artefact};
use serde::Serialize;

use super::choice::{self, Choice, Limits};
use super::releases;
pub use super::releases::Dated;
use crate::clients::Tools;
use registry_command::failure::{Failure, Outcome};
use registry_command::parallel;

/// A package of an entry, with the versions of its registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The agent.
    pub agent: String,
    /// The package.
    pub package: String,
    /// Whether it is the agent itself inside the tree of another package: its version follows from that package.
    pub carried: bool,
    /// The version of its lock.
    pub pinned: Dated,
    /// The newest version.
    pub newest: Dated,
    /// The newest version that may be pinned; the pinned one if no newer one may.
    pub allowed: Dated,
    /// Why newer versions are not allowed, the newest first; or why no version is known.
    pub why: Vec<String>,
    /// The versions above the pin that are allowed, the oldest first, as far as the registry lists them.
    #[serde(skip)]
    pub candidates: Vec<Dated>,
}

impl Row {
    /// Whether there is a newer version.
    pub fn is_outdated(&self) -> bool {
        self.newest.version != self.pinned.version
    }
}

/// The packages of agents, with the versions of their registries.
pub fn rows(tools: &Tools, agents: &[&Agent<'_>], limits: Limits) -> Outcome<Vec<Row>> {
    let mut all: Vec<(&Agent<'_>, &str, &str)> = Vec::new();
    for agent in agents {
        all.extend(packages(agent));
        all.extend(carried(agent)?);
    }
    let rows = parallel::map(&all, |(agent, ecosystem, name)| row(tools, agent, ecosystem, name, limits));
    rows.into_iter().collect()
}

/// The packages of the tree that are the agent itself, by the entry.
fn carried<'a>(agent: &'a Agent<'a>) -> Outcome<Vec<(&'a Agent<'a>, &'static str, &'a str)>> {
    let lock = agent.read_lock()?;
    let found = |name: &&'a str| Some((agent, lock.anywhere(name)?.0, *name));
    Ok(agent.carries.iter().filter_map(found).collect())
}

/// The registries' versions of an agent's packages.
pub fn look(tools: &Tools, agent: &Agent<'_>, limits: Limits) -> Outcome<Vec<Row>> {
    packages(agent).into_iter().map(|(agent, ecosystem, name)| row(tools, agent, ecosystem, name, limits)).collect()
}

/// A version of an agent's package by its number; `None` if the registry does not have it.
pub fn release(tools: &Tools, agent: &Agent<'_>, package: &str, version: &str) -> Outcome<Option<Dated>> {
    let known = packages(agent).into_iter().find(|(_, _, name)| *name == package);
    known.map_or(Ok(None), |(agent, ecosystem, name)| releases::one(tools, agent, ecosystem, name, version))
}

/// The versions that may replace a row's pin, the oldest first.
pub fn candidates(tools: &Tools, agent: &Agent<'_>, row: &Row) -> Outcome<Vec<Dated>> {
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
