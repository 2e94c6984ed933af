//! The arguments of `upgrade`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::ArgMatches;
use registry_model::model::{Agent, Artefact, Registry};

use registry_command::failure::{Failure, Outcome};
use registry_command::lookup;
use registry_supply::clients;
use registry_supply::outdated::choice::Limits;
use registry_supply::pin::request::version_of;

/// What to upgrade, and how.
#[derive(Debug)]
pub(crate) struct UpgradeRequest<'a> {
    /// The agents, each of which has packages.
    pub agents: Vec<&'a Agent<'a>>,
    /// The requested versions, by package.
    pub to: BTreeMap<String, String>,
    /// Whether older versions are tried if the newest fails.
    pub newest_good: bool,
    /// Whether the old version stays beside the new one.
    pub keep_old: bool,
    /// The conditions for a release.
    pub limits: Limits,
    /// Whether files are written.
    pub write: bool,
    /// Whether the report is printed as JSON.
    pub json: bool,
    /// The file for the report as Markdown.
    pub pr_body: Option<PathBuf>,
    /// Whether a failure ends the command.
    pub keep_going: bool,
    /// The folder for fetched files and completed steps.
    pub cache: PathBuf,
    /// The folders of `CPython`s that may be packed, each for its line.
    pub pythons: Vec<PathBuf>,
}

impl<'a> UpgradeRequest<'a> {
    /// Reads the command line.
    pub(crate) fn read(registry: &Registry<'a>, matches: &ArgMatches) -> Outcome<Self> {
        let flag = |name: &str| matches.get_flag(name);
        let path = |name: &str| matches.get_one::<PathBuf>(name).cloned();
        let named = matches.get_many::<String>("agent").unwrap_or_default();
        let mut agents: Vec<&Agent<'_>> = named.map(|name| own(registry, name)).collect::<Outcome<_>>()?;
        if agents.is_empty() {
            agents = registry.agents.to_vec();
        }
        agents.retain(|agent| packages(agent).next().is_some());
        agents.sort_by_key(|agent| agent.name);
        agents.dedup_by_key(|agent| agent.name);
        let words = matches.get_many::<String>("to").unwrap_or_default();
        let to = words.map(|word| version(&agents, word)).collect::<Outcome<_>>()?;
        let min_age = matches.get_one::<u64>("min-age").copied().unwrap_or(7);
        Ok(Self {
            agents,
            to,
            newest_good: flag("newest-good"),
            keep_old: flag("keep-old"),
            limits: Limits { min_age, may_lose_targets: flag("allow-lost-target") },
            write: flag("write"),
            json: flag("json"),
            pr_body: path("pr-body"),
            keep_going: flag("keep-going"),
            cache: path("cache").unwrap_or_else(|| clients::cache(registry).with_file_name("xtask-upgrade")),
            pythons: matches.get_many("python").unwrap_or_default().cloned().collect(),
        })
    }
}

fn packages<'a>(agent: &Agent<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
    agent.install.iter().filter_map(Artefact::package).map(|(_, name)| name)
}

/// Refuses agents of an extended registry: a lock is in the package of its entry.
fn own<'a>(registry: &Registry<'a>, name: &str) -> Outcome<&'a Agent<'a>> {
    let agent = lookup::agent(registry, name)?;
    if registry.agents.iter().any(|it| it.name == agent.name) {
        return Ok(agent);
    }
    if let Some(version) = agent.version() {
        let message = format!("`{}` stays at version {version}", agent.name);
        return Err(Failure::new(message).help(format!("upgrade `{}`", agent.entry())));
    }
    Err(Failure::new(format!("the entry of `{}` is in the registry that this one extends", agent.name))
        .help("run `upgrade` there: its lock is beside its entry"))
}

/// A package and its version, in one word as `pin` takes it, or from `V` alone if there is only one package.
fn version(agents: &[&Agent<'_>], word: &str) -> Outcome<(String, String)> {
    let known: Vec<&str> = agents.iter().flat_map(|agent| packages(agent)).collect();
    let (name, version) = match (version_of(word), known.as_slice()) {
        (Some(both), _) => both,
        (None, [one]) => (*one, word),
        (None, _) => {
            return Err(Failure::new(format!("`--to {word}` does not name the package"))
                .help(format!("write `--to PACKAGE={word}`; the packages are {}", known.join(", "))));
        }
    };
    if !known.contains(&name) {
        return Err(Failure::new(format!("none of these agents installs `{name}`")).help(lookup::meant(
            name,
            &known,
            "their packages are",
        )));
    }
    Ok((name.to_owned(), version.to_owned()))
}
