//! The arguments of `pin`: agents, and versions of their packages.

use std::collections::BTreeMap;

use registry_model::model::{Agent, Artefact, Lock, Registry};
use registry_model::names;

use super::age;
use super::npm::Wanted;
use registry_command::failure::{Failure, Outcome};
use registry_command::lookup;

/// What to pin.
#[derive(Debug)]
pub struct PinRequest<'a> {
    /// The agents, each of which has packages.
    pub agents: Vec<&'a Agent<'a>>,
    /// The minimum age in days of releases whose version is not given.
    pub min_days: u64,
    versions: BTreeMap<String, String>,
}

impl<'a> PinRequest<'a> {
    /// Reads the words of the command line; `PKG=VERSION`, or `PKG@VERSION`, alone means the agents that install it.
    pub fn read(registry: &Registry<'a>, words: &[&str]) -> Outcome<Self> {
        let versions: BTreeMap<String, String> = words
            .iter()
            .filter_map(|word| version_of(word))
            .map(|(name, version)| (name.to_owned(), version.to_owned()))
            .collect();
        let mut agents = Vec::new();
        for name in words.iter().filter(|word| version_of(word).is_none()) {
            agents.push(own(registry, lookup::agent(registry, name)?)?);
        }
        if agents.is_empty() {
            // A version in an agent's name stays.
            let installs = |agent: &Agent<'_>| packages(agent).any(|(_, it)| versions.contains_key(it));
            let asked = |agent: &&Agent<'_>| versions.is_empty() || (agent.version().is_none() && installs(agent));
            agents = registry.own_agents().filter(asked).collect();
        }
        agents.retain(|agent| packages(agent).next().is_some());
        let request = Self { agents, min_days: age::MIN_DAYS, versions };
        request.check_versions()?;
        Ok(request)
    }

    /// The packages of an agent in one ecosystem: versions from the command line, else from its lock.
    pub(crate) fn wanted(&self, agent: &Agent<'_>, ecosystem: &str, earlier: Option<&Lock<'_>>) -> Vec<Wanted> {
        let mut wanted: Vec<Wanted> = Vec::new();
        for (_, name) in packages(agent).filter(|(its, _)| *its == ecosystem) {
            let locked = || earlier.and_then(|lock| lock.package(ecosystem, name)).map(|it| it.version.to_owned());
            let said = || said(agent, name).map(str::to_owned);
            let version = self.versions.get(name).cloned().or_else(said).or_else(locked).unwrap_or_default();
            if wanted.iter().all(|it| it.name != name) {
                let source =
                    |it: &Artefact<'_>| matches!(it, Artefact::Pypi(it) if it.package == name && !it.source.is_empty());
                let source = agent.install.iter().any(source);
                wanted.push(Wanted { name: name.to_owned(), version, source });
            }
        }
        wanted
    }

    /// Whether the version of every package of an agent is named.
    pub fn names_all(&self, agent: &Agent<'_>) -> bool {
        packages(agent).all(|(_, name)| self.versions.contains_key(name) || said(agent, name).is_some())
    }

    fn check_versions(&self) -> Outcome<()> {
        let known: Vec<&str> = self.agents.iter().flat_map(|agent| packages(agent)).map(|(_, name)| name).collect();
        for (name, version) in &self.versions {
            if !known.contains(&name.as_str()) {
                let message = format!("none of these agents installs `{name}`");
                return Err(Failure::new(message).help(lookup::meant(name, &known, "their packages are")));
            }
            let exact = version.starts_with(|first: char| first.is_ascii_digit())
                && !version.contains([' ', '*', '^', '~', '|']);
            if !exact {
                return Err(Failure::new(format!("`{version}` is not an exact version of `{name}`"))
                    .help(format!("write all of it: `{name}=1.2.3`")));
            }
            if let Some(agent) = self.agents.iter().find(|it| said(it, name).is_some_and(|said| said != version)) {
                let message = format!("`{}` is not version {version} of `{name}`", agent.name);
                let help = "leave the version out, or name the agent without one";
                return Err(Failure::new(message).help(help));
            }
        }
        Ok(())
    }
}

/// A package with its version: `PKG=VERSION`, `PKG==VERSION` as pip writes it, `PKG@VERSION` as npm does.
pub fn version_of(word: &str) -> Option<(&str, &str)> {
    // The first `@` of a scoped package is part of its name.
    let at = word.get(1..).and_then(|rest| rest.find(['=', '@']))? + 1;
    let (name, version) = word.split_at_checked(at)?;
    Some((name, version.trim_start_matches(['=', '@'])))
}

fn packages<'a>(agent: &Agent<'a>) -> impl Iterator<Item = (&'static str, &'a str)> + use<'a> {
    agent.install.iter().filter_map(Artefact::package)
}

/// The version of a package that an agent's name says: that of its first one.
fn said<'a>(agent: &Agent<'a>, package: &str) -> Option<&'a str> {
    let (_, first) = packages(agent).next()?;
    names::split_version(agent.name).1.filter(|_| first == package)
}

/// Refuses agents of an extended registry: a lock is in the package of its entry.
fn own<'a>(registry: &Registry<'a>, agent: &'a Agent<'a>) -> Outcome<&'a Agent<'a>> {
    if registry.own_agents().any(|it| it.name == agent.name) {
        return Ok(agent);
    }
    let message = format!("the entry of `{}` is in the registry that this one extends", agent.name);
    Err(Failure::new(message).help("run `pin` there: its lock is beside its entry"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_is_given_as_npm_pip_or_this_command_writes_it() {
        for word in ["@scope/my-agent=1.2.3", "@scope/my-agent@1.2.3", "@scope/my-agent==1.2.3"] {
            assert_eq!(version_of(word), Some(("@scope/my-agent", "1.2.3")), "{word}");
        }
        assert_eq!(version_of("my-agent@"), Some(("my-agent", "")));
        for word in ["my-agent", "@scope/my-agent", "", "@"] {
            assert_eq!(version_of(word), None, "{word}");
        }
    }
}
