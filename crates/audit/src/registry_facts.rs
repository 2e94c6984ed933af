//! Facts from the registry that other trees copy: names, models, credential gates.

use registry_model::model::{Agent, Credential, Off, Provider, Registry, UnreadableLock};
use registry_model::names::{self, nearest};
use registry_routing::Router;

use crate::peers::Peers;

/// What must be set: of each group one variable at least.
pub(crate) type Needs<'a> = Vec<Vec<&'a str>>;

/// A package that an entry pins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pinned<'a> {
    pub(crate) agent: &'a str,
    pub(crate) ecosystem: &'a str,
    pub(crate) package: &'a str,
    pub(crate) version: &'a str,
}

/// A registry, read once.
#[derive(Debug)]
pub(crate) struct RegistryFacts<'a> {
    pub(crate) agents: Vec<&'a Agent<'a>>,
    pub(crate) router: Router<'a>,
    pub(crate) pinned: Vec<Pinned<'a>>,
    /// What models.dev calls the vendors of families.
    pub(crate) namespaces: Vec<&'a str>,
    /// The variables that turn web tools off, of all entries.
    pub(crate) web_switches: Vec<&'a str>,
    /// The agents of the project that is audited, where they count instead of the registry's.
    peers: Option<Peers>,
}

impl<'a> RegistryFacts<'a> {
    pub(crate) fn new(registry: &Registry<'a>) -> Result<Self, UnreadableLock> {
        let agents = registry.agents();
        let mut pinned = Vec::new();
        for agent in &agents {
            pinned.extend(pins(agent)?);
        }
        let namespaces = registry.families().iter().map(|family| family.namespace).collect();
        let set = |off: &'a Off<'a>| match off {
            Off::Env(mappings) => *mappings,
            _ => &[],
        };
        let web_switches = agents.iter().flat_map(|it| it.web_switches()).flat_map(set).map(|it| it.name).collect();
        Ok(Self { agents, router: Router::new(registry), pinned, namespaces, web_switches, peers: None })
    }

    /// Goes by the agents of another project: the others of the registry are left out.
    pub(crate) fn expect(&mut self, peers: Option<Peers>) {
        if let Some(peers) = &peers {
            // What is an alias there can be an agent here.
            self.agents.retain(|agent| peers.names().any(|name| name == agent.name));
        }
        self.peers = peers;
    }

    /// Whether the tree goes by agents of its own.
    pub(crate) fn has_own_agents(&self) -> bool {
        self.peers.is_some()
    }

    /// The names that a suite must have.
    pub(crate) fn suite_names(&self) -> Vec<&str> {
        match &self.peers {
            Some(peers) => peers.names().collect(),
            None => self.suite_agents().map(|agent| agent.name).collect(),
        }
    }

    /// Whether a name is one that a suite may have.
    pub(crate) fn is_known(&self, name: &str) -> bool {
        match &self.peers {
            Some(peers) => peers.knows(name),
            None => self.agent(name).or_else(|| self.of_alias(name)).is_some(),
        }
    }

    /// The agent of a name.
    pub(crate) fn agent(&self, name: &str) -> Option<&'a Agent<'a>> {
        self.agents.iter().copied().find(|agent| agent.name == name)
    }

    /// The agent of an alias.
    pub(crate) fn of_alias(&self, alias: &str) -> Option<&'a Agent<'a>> {
        // What is an alias here can be another agent's name elsewhere.
        let is_peer = self.peers.as_ref().is_some_and(|peers| peers.names().any(|name| name == alias));
        self.agents.iter().copied().filter(|_| !is_peer).find(|agent| agent.aliases.contains(&alias))
    }

    /// The agent that the integration suite runs under a name.
    pub(crate) fn suite_agent(&self, name: &str) -> Option<&'a Agent<'a>> {
        self.agent(name).filter(|agent| agent.suite.is_some())
    }

    /// The agents that the integration suite runs.
    pub(crate) fn suite_agents(&self) -> impl Iterator<Item = &'a Agent<'a>> {
        self.agents.iter().copied().filter(|agent| agent.suite.is_some())
    }

    /// The name nearest to a word.
    pub(crate) fn near(&self, word: &str) -> Option<&'a str> {
        nearest(word, self.agents.iter().map(|agent| agent.name))
    }

    /// The model that the suite runs an agent with, as a person types it.
    pub(crate) fn model(agent: &Agent<'_>) -> Option<String> {
        let model = agent.suite?.model;
        Some(if model.provider.is_empty() { model.id.to_owned() } else { format!("{}/{}", model.provider, model.id) })
    }

    /// What a model needs; `None` if unknown.
    pub(crate) fn needs(&self, reference: &str) -> Option<Needs<'a>> {
        let (named, id) = self.router.provider(reference);
        if let Some(provider) = named.or_else(|| self.router.owner(id)) {
            return Some(provider_needs(provider));
        }
        let family = self.router.family(id).filter(|family| !family.keys.is_empty())?;
        Some(vec![family.keys.to_vec()])
    }

    /// What the suite's model of an agent needs.
    pub(crate) fn suite_needs(&self, agent: &Agent<'_>) -> Option<Needs<'a>> {
        self.needs(&Self::model(agent)?)
    }

    /// The version that the registry pins of a package: the agent's own, or else the only one there is.
    pub(crate) fn version(&self, agent: Option<&str>, ecosystem: &str, package: &str) -> Option<Pinned<'a>> {
        let of = |it: &&Pinned<'a>| it.ecosystem == ecosystem && same_package(ecosystem, it.package, package);
        let all = || self.pinned.iter().filter(of);
        let own = all().find(|it| Some(it.agent) == agent);
        let (first, last) = (all().next(), all().next_back());
        own.or_else(|| first.filter(|one| last.is_some_and(|other| one.version == other.version))).copied()
    }
}

/// Whether two names are one package's: the Python package index ignores case and the kind of hyphen.
fn same_package(ecosystem: &str, one: &str, other: &str) -> bool {
    one == other || (ecosystem == "pypi" && names::pypi(one) == names::pypi(other))
}

fn pins<'a>(agent: &Agent<'a>) -> Result<Vec<Pinned<'a>>, UnreadableLock> {
    let pinned = |it: registry_model::model::LockedPackage<'a>| Pinned {
        agent: agent.name,
        ecosystem: it.ecosystem,
        package: it.name,
        version: it.version,
    };
    Ok(agent.read_lock()?.packages.into_iter().map(pinned).collect())
}

fn provider_needs<'a>(provider: &Provider<'a>) -> Needs<'a> {
    let mut needs = match provider.credential {
        Credential::None => Vec::new(),
        Credential::AnyOf(variables) => vec![variables.to_vec()],
        Credential::File { content, .. } => vec![vec![content]],
        Credential::AllOf(groups) => groups.iter().map(|group| group.to_vec()).collect(),
    };
    for parameter in provider.parameters.iter().filter(|it| it.default.is_empty()) {
        let group = [parameter.variable, parameter.from_host_of];
        needs.push(group.into_iter().filter(|name| !name.is_empty()).collect());
    }
    needs
}
