//! All agents, providers and families of a program.

use super::{Agent, Family, Provider};
use crate::names;

/// A registry: what `registry!` makes of its list.
#[derive(Clone, Copy, Debug)]
pub struct Registry<'a> {
    /// Its own entries, each by its newest version, sorted by name.
    pub agents: &'a [&'a Agent<'a>],
    /// Its own providers, in order of precedence.
    pub providers: &'a [&'a Provider<'a>],
    /// Its own families, in order of precedence.
    pub families: &'a [&'a Family<'a>],
    /// The registry that it extends.
    pub extends: Option<&'a Registry<'a>>,
    /// The folder of the package that holds the entries (`CARGO_MANIFEST_DIR`).
    pub folder: &'a str,
}

impl<'a> Registry<'a> {
    /// A registry without entries.
    pub const EMPTY: Self = Self { agents: &[], providers: &[], families: &[], extends: None, folder: "" };

    /// All agents, other versions and those of the registry it extends included, sorted by name.
    pub fn agents(&self) -> Vec<&'a Agent<'a>> {
        let mut all = self.extends.map(Registry::agents).unwrap_or_default();
        all.extend(self.own_agents());
        all.sort_by_key(|agent| agent.name);
        all
    }

    /// Its own agents, other versions included, in the order of the entries.
    pub fn own_agents(&self) -> impl Iterator<Item = &'a Agent<'a>> + use<'a> {
        self.agents.iter().flat_map(|agent| core::iter::once(*agent).chain(agent.also.iter().copied()))
    }

    /// All providers in order of precedence: its own, then those of the registry it extends.
    pub fn providers(&self) -> Vec<&'a Provider<'a>> {
        let mut all = self.providers.to_vec();
        all.extend(self.extends.map(Registry::providers).unwrap_or_default());
        all
    }

    /// All families in order of precedence: its own, then those of the registry it extends.
    pub fn families(&self) -> Vec<&'a Family<'a>> {
        let mut all = self.families.to_vec();
        all.extend(self.extends.map(Registry::families).unwrap_or_default());
        all
    }

    /// The agent of a name or alias, or of `NAME@VERSION`, where the newest version has one too.
    pub fn agent(&self, name: &str) -> Option<&'a Agent<'a>> {
        let (entry, version) = names::split_version(name);
        let found = self.agents().into_iter().find(|agent| agent.name == entry || agent.aliases.contains(&entry))?;
        match version {
            None => Some(found),
            Some(_) => found.also.iter().copied().find(|agent| agent.version() == version).or_else(|| {
                let lock = found.read_lock().ok()?;
                (found.locked_version(&lock) == version).then_some(found)
            }),
        }
    }

    /// The names and aliases of all agents.
    pub fn names(&self) -> Vec<&'a str> {
        self.agents()
            .iter()
            .flat_map(|agent| core::iter::once(agent.name).chain(agent.aliases.iter().copied()))
            .collect()
    }
}
