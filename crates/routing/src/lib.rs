//! Routing: from an agent, a model and an environment to what the agent is started with, or a refusal. No I/O.
//!
//! [`Router::resolve`] checks in the order in which a run would fail: a provider that serves the model over a protocol
//! of the agent, its base URL, and its credential. Then the canonical variables are filled in, and the agent's own are
//! set from them. Nothing is guessed: a variable that is not given and has no default is refused by its name.
//!
//! ```
//! use registry_model::model::Registry;
//! use registry_routing::Router;
//!
//! // A registry without entries has no provider for any model.
//! let router = Router::new(&Registry::EMPTY);
//! assert!(router.entry("gemini").is_none() && router.owner("gpt-5.5").is_none());
//! ```

mod base_url;
mod credential;
mod document;
mod environment;
mod files;
mod given;
mod lookup;
mod mcp;
mod model_id;
mod names;
mod needs;
mod refusal;
mod server;
mod servers;
mod values;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use registry_model::model::{
    Agent, Credential, Family, FileFormat, Login, Mapping, Off, Provider, Registry, WithoutWeb,
};
use registry_model::names::split_version;
use registry_model::template::Value;

pub use base_url::{base_url, endpoint};
pub use credential::CredentialFile;
pub use files::File;
pub use given::{Given, Layer, Sandbox, Variables};
pub use mcp::{McpServer, OfferedServer, mcp_servers};
pub use model_id::is_alias;
pub use names::MASK;
pub use needs::Need;
pub use refusal::Refusal;
pub use server::Server;

/// A registry, read once for many resolutions.
#[derive(Debug)]
pub struct Router<'a> {
    entries: BTreeMap<&'a str, Entry<'a>>,
    aliases: BTreeMap<&'a str, &'a str>,
    providers: Vec<&'a Provider<'a>>,
    families: Vec<&'a Family<'a>>,
    /// Variables of providers and families: they are passed only to agents with a model of theirs.
    owned: BTreeSet<&'a str>,
    /// Variables with a base URL for a key, by the variable of the key.
    beside: BTreeMap<&'a str, Vec<Cow<'a, str>>>,
}

/// An agent with its decoded values.
#[derive(Debug)]
pub struct Entry<'a> {
    /// The agent.
    pub agent: &'a Agent<'a>,
    mappings: Vec<Read<'a>>,
    /// What a run without web tools sets, and one without hosted ones.
    policies: [Vec<Read<'a>>; 2],
    /// What lets its tools run without asking.
    permission: Vec<Read<'a>>,
    /// Its files, by their paths, and those of its policy and its permission.
    files: Vec<(FileFormat, Read<'a>)>,
    policy_files: [Vec<(FileFormat, Read<'a>)>; 2],
    permission_files: Vec<(FileFormat, Read<'a>)>,
    argv: Vec<Read<'a>>,
    idle: Vec<(&'a str, String)>,
}

/// A variable of an entry and its value; `None` when the text is not a value.
type Read<'a> = (&'a str, Option<Value<'a>>);

/// What an agent is started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution<'a> {
    /// The agent.
    pub agent: &'a Agent<'a>,
    /// The server of the model.
    pub server: Server<'a>,
    /// The variables that it gets, sorted by name.
    pub variables: BTreeMap<Cow<'a, str>, Variable<'a>>,
    /// The model id for it; a refusal when the environment is complete and the id would be a guess.
    pub acp_model_id: Result<String, Refusal>,
    /// The login that replaces a key.
    pub login: Option<&'a Login<'a>>,
    /// The credential file.
    pub credential_file: Option<CredentialFile<'a>>,
    /// Variables that the caller gave and the agent does not get, because they belong to another provider.
    pub withheld: Vec<String>,
    /// Variables that the caller gave and nothing of the agent reads, each with the variable that its files use.
    pub idle: Vec<(&'a str, String)>,
    /// The canonical base URL that the caller gave and this route does not use, by its variable.
    pub unused: Option<&'static str>,
    /// What the caller chose for the run.
    pub choice: Choice,
}

/// What a caller chooses for a run beside its model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// How much of the web it does without.
    pub web: WithoutWeb,
    /// Whether tools are to ask before they run.
    pub ask: bool,
}

impl<'a> Resolution<'a> {
    /// The ACP mode that the client has to set in the session; none where the launcher does all.
    pub fn acp_mode(&self) -> Option<&'a str> {
        let mode = self.agent.permission.map_or("", |it| it.mode());
        (!mode.is_empty() && !self.choice.ask).then_some(mode)
    }
}

/// A variable of the agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable<'a> {
    /// Its value.
    pub value: String,
    /// Where it comes from.
    pub origin: Origin<'a>,
}

/// The source of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin<'a> {
    /// Given under this name.
    Given(Layer),
    /// Given under another name.
    Copied(Layer, &'a str),
    /// The model reference.
    Reference,
    /// A provider's entry.
    Registry,
    /// A default, since nothing was given.
    Default,
    /// The agent's entry.
    Mapping,
}

impl core::fmt::Display for Origin<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Given(layer) => f.write_str(layer.word()),
            Self::Copied(layer, variable) => write!(f, "{} ({variable})", layer.word()),
            Self::Reference => f.write_str("model reference"),
            Self::Registry => f.write_str("provider"),
            Self::Default => f.write_str("default"),
            Self::Mapping => f.write_str("mapping"),
        }
    }
}

impl<'a> Router<'a> {
    /// Reads a registry.
    pub fn new(registry: &Registry<'a>) -> Self {
        let (agents, providers, families) = (registry.agents(), registry.providers(), registry.families());
        let aliases = agents.iter().flat_map(|agent| agent.aliases.iter().map(|alias| (*alias, agent.name))).collect();
        let owned = providers.iter().flat_map(|it| owned_variables(it));
        let of_family = |it: &Family<'a>| it.keys.iter().chain(it.base_urls).copied();
        let owned = owned.chain(families.iter().flat_map(|it| of_family(it))).collect();
        let beside = keys(&providers, &families).map(|key| (key, base_urls(key, &families))).collect();
        let entries = agents.into_iter().map(|agent| (agent.name, Entry::new(agent))).collect();
        Self { entries, aliases, providers, families, owned, beside }
    }

    /// The variables that hold a base URL for the key in a variable, as far as the registry knows them.
    pub fn base_url_variables(&self, key: &str) -> &[Cow<'a, str>] {
        self.beside.get(key).map(Vec::as_slice).unwrap_or_default()
    }

    /// The entry of a name or alias, or of one of its other versions: `NAME@VERSION`.
    pub fn entry(&self, name: &str) -> Option<&Entry<'a>> {
        let version_of_alias = || {
            let (alias, version) = split_version(name);
            self.entries.get(format!("{}@{}", self.aliases.get(alias)?, version?).as_str())
        };
        let alone = || self.entries.get(self.aliases.get(name)?);
        self.entries.get(name).or_else(alone).or_else(version_of_alias)
    }
}

impl<'a> Entry<'a> {
    fn new(agent: &'a Agent<'a>) -> Self {
        let switches = agent.hosts.iter().flat_map(|host| host.off);
        let set = |switches: &'a [Off<'a>]| switches.iter().flat_map(Off::mappings);
        let read = |mapping: &'a Mapping<'a>| (mapping.name, mapping.value.value());
        let file = |off: &'a Off<'a>| match *off {
            Off::File { path, format, body, .. } => Some((format, (path, body.value()))),
            Off::Env(_) | Off::Argv(_) | Off::Unset(_) => None,
        };
        Self {
            agent,
            mappings: agent.env.iter().chain(switches).map(read).collect(),
            policies: [agent.web_switches(), agent.hosted_switches()].map(|it| set(it).map(read).collect()),
            permission: set(agent.permission_switches()).map(read).collect(),
            files: agent.config.iter().map(|file| (file.format, (file.path, file.body.value()))).collect(),
            policy_files: [agent.web_switches(), agent.hosted_switches()]
                .map(|it| it.iter().filter_map(file).collect()),
            permission_files: agent.permission_switches().iter().filter_map(file).collect(),
            argv: agent.launch.iter().map(|word| ("launch", word.value())).collect(),
            idle: agent.idle(),
        }
    }
}

/// What a run without this much of the web has.
fn of_policy<T>([all, hosted]: &[Vec<T>; 2], web: WithoutWeb) -> &[T] {
    match web {
        WithoutWeb::Nothing => &[],
        WithoutWeb::Hosted => hosted,
        WithoutWeb::All => all,
    }
}

/// The variables of every key.
fn keys<'a>(providers: &[&'a Provider<'a>], families: &[&'a Family<'a>]) -> impl Iterator<Item = &'a str> {
    let of_provider = providers.iter().flat_map(|provider| server::key_variables(provider));
    of_provider.chain(families.iter().flat_map(|family| family.keys)).copied()
}

/// The variables with a base URL for a key: those of its family, or by its name, as vendors and LiteLLM name them.
fn base_urls<'a>(key: &str, families: &[&'a Family<'a>]) -> Vec<Cow<'a, str>> {
    let of_family = families.iter().filter(|family| family.keys.contains(&key)).flat_map(|family| family.base_urls);
    let of_family: Vec<_> = of_family.map(|name| Cow::Borrowed(*name)).collect();
    let stem = ["_API_KEY", "_KEY", "_TOKEN"].iter().find_map(|ending| key.strip_suffix(ending));
    match stem.filter(|_| of_family.is_empty()) {
        Some(stem) => ["BASE_URL", "API_BASE"].map(|ending| Cow::Owned(format!("{stem}_{ending}"))).to_vec(),
        None => of_family,
    }
}

/// The variables of a provider: its credential and the parameters of its URLs. They are passed only to agents with a
/// model of the provider.
pub fn owned_variables<'a>(provider: &Provider<'a>) -> Vec<&'a str> {
    let mut names = match provider.credential {
        Credential::None => Vec::new(),
        Credential::AnyOf(variables) => variables.to_vec(),
        Credential::File { content, variable, .. } => vec![content, variable],
        Credential::AllOf(groups) => groups.concat(),
    };
    names.extend(provider.parameters.iter().flat_map(|it| [it.variable, it.from_host_of]));
    names.retain(|name| !name.is_empty());
    names
}
