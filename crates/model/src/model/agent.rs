//! An agent: all its facts, in the order of the fields of an entry.

use std::collections::BTreeMap;

#[cfg(feature = "serde")]
use super::data;
use super::{
    Allow, Artefact, Effort, Handshake, Hosted, ImageNeed, Lock, Mcp, McpTransport, McpWay, ModelDelivery,
    ModelIdFormat, ModelReference, Off, Permission, Proof, Protocol, Runs, RuntimeKind, Target, UnreadableLock,
    Version, Via, WebPolicy, WithoutWeb, engines, fits,
};
use crate::names;
use crate::template::{Template, Value};
use crate::variables::canonical;
use crate::words::words;

/// A coding agent that speaks the Agent Client Protocol on standard input and output.
///
/// The fields borrow, so that the macro can fill one from tokens and a constant can hold one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Agent<'a> {
    /// The kebab-case id, for example `claude-agent-acp`, with `@VERSION` where it is not the entry's newest version;
    /// folders, scripts and commands are named after it.
    pub name: &'a str,
    /// The doc comment of the entry: what it is, in sentences.
    pub description: &'a str,
    /// Other names that the commands accept.
    pub aliases: &'a [&'a str],
    /// Its other versions, each a whole agent with a lock of its own, named `claude-agent-acp@0.100.0`.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub also: &'a [&'a Agent<'a>],
    /// The wire protocols it can speak to a model server; one means that it speaks that one only.
    pub protocols: &'a [Protocol],
    /// What is installed, the agent itself first.
    pub install: &'a [Artefact<'a>],
    /// The packages of its dependency tree that are the agent itself, where what it installs is an adapter.
    pub carries: &'a [&'a str],
    /// How its program is started.
    pub runs: Runs,
    /// The lowest Node.js that its packages accept.
    pub node_floor: Option<Version>,
    /// Its argument vector; the first word is a program that `install` provides.
    pub launch: &'a [Template<'a>],
    /// A helper process that must be up before the agent starts.
    pub beside: Option<Beside<'a>>,
    /// What it answers to `initialize` and `session/new`, as measured.
    pub handshake: Handshake<'a>,
    /// The proofs that an install ran correctly, checked at its end.
    pub proof: &'a [Proof<'a>],
    /// How it gets the model to use.
    pub model: ModelDelivery<'a>,
    /// Environment variables it is started with.
    #[cfg_attr(feature = "serde", serde(serialize_with = "data::mappings"))]
    #[cfg_attr(feature = "schemars", schemars(with = "BTreeMap<&str, Template<'a>>"))]
    pub env: &'a [Mapping<'a>],
    /// Variables besides the canonical ones that its entry may read.
    pub accepts: &'a [&'a str],
    /// Variables, as words of an entry, that its files have the content of and its process does not get.
    pub withhold: &'a [&'a str],
    /// The form of base URL that it requires.
    pub base_url: BaseUrlForm,
    /// Files that are written when it is launched.
    pub config: &'a [ConfigFile<'a>],
    /// The form in which its own files refer to environment variables.
    pub references: Option<References<'a>>,
    /// Its web tools, and how they are turned off.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub web: Option<WebPolicy<'a>>,
    /// Which of its web tools its vendor's servers carry out.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub hosted: Option<Hosted<'a>>,
    /// How its tools run without asking and without a sandbox of its own.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub permission: Option<Permission<'a>>,
    /// The levels of reasoning effort that it takes.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub effort: Option<Effort<'a>>,
    /// How it takes the MCP servers of its client.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub mcp: Option<Mcp<'a>>,
    /// Folders of its own, relative to the home folder.
    pub home: &'a [&'a str],
    /// Folders where it looks for skills; they begin with `~/` or `$WORKSPACE/`.
    pub skills: &'a [&'a str],
    /// Host files and variables that replace an API key.
    pub login: &'a [Login<'a>],
    /// Hosts that it looks up by itself, each with its switch.
    pub hosts: &'a [Host<'a>],
    /// Targets it runs on; empty means every target that its lock can serve.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub platforms: &'a [Target],
    /// What it requires of the image that it is installed in.
    pub image: &'a [ImageNeed<'a>],
    /// Seconds that an install may take.
    pub install_timeout: u32,
    /// How the integration suite runs it.
    pub suite: Option<Suite<'a>>,
    /// Rules that do not apply to a place of this entry, each with its reason.
    pub allow: &'a [Allow<'a>],
    /// The text of the lock next to the entry; empty when there is none.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub lock: &'a str,
}

impl Agent<'_> {
    /// Seconds that an install may take if the entry has no limit (BenchFlow's manifest default).
    pub const DEFAULT_INSTALL_TIMEOUT: u32 = 900;

    /// An agent without anything: the macro and hand-written constants start from it.
    pub const EMPTY: Agent<'static> = Agent {
        name: "",
        description: "",
        aliases: &[],
        also: &[],
        protocols: &[],
        install: &[],
        carries: &[],
        runs: Runs::Node,
        node_floor: None,
        launch: &[],
        beside: None,
        handshake: Handshake::EMPTY,
        proof: &[],
        model: ModelDelivery::EMPTY,
        env: &[],
        accepts: &[],
        withhold: &[],
        base_url: BaseUrlForm::AsGiven,
        config: &[],
        references: None,
        web: None,
        hosted: None,
        permission: None,
        effort: None,
        mcp: None,
        home: &[],
        skills: &[],
        login: &[],
        hosts: &[],
        platforms: &[],
        image: &[],
        install_timeout: Self::DEFAULT_INSTALL_TIMEOUT,
        suite: None,
        allow: &[],
        lock: "",
    };

    /// The entry's own name, without a version.
    pub fn entry(&self) -> &str {
        names::split_version(self.name).0
    }

    /// The version that its name says; none for the entry's newest.
    pub fn version(&self) -> Option<&str> {
        names::split_version(self.name).1
    }

    /// Its name for places that refuse `@` and `.`: `claude-agent-acp-0-100-0`.
    pub fn plain_name(&self) -> String {
        names::plain(self.name)
    }

    /// The file of its entry: `claude_agent_acp.rs`.
    pub fn entry_file(&self) -> String {
        format!("{}.rs", self.entry().replace('-', "_"))
    }

    /// The file of its lock, beside the entry: `claude_agent_acp.lock`, or `claude_agent_acp@0.100.0.lock`.
    pub fn lock_file(&self) -> String {
        let version = self.version().map(|it| format!("@{it}")).unwrap_or_default();
        format!("{}{version}.lock", self.entry().replace('-', "_"))
    }

    /// The first sentence of the description.
    pub fn summary(&self) -> &str {
        self.description.split("\n\n").next().unwrap_or_default().trim()
    }
}

impl<'a> Agent<'a> {
    /// Variables that a caller may give and nothing of the agent reads: each is withheld, since its files have the
    /// content of the variable beside it, which it is set from.
    pub fn idle(&self) -> Vec<(&'a str, String)> {
        let read = |name: &str| {
            let bodies = self.config.iter().map(|it| it.body).chain(self.launch.iter().copied());
            let others = self.env.iter().filter(|it| !self.withhold.contains(&it.name)).map(|it| it.value);
            let mut found = false;
            bodies.chain(others).filter_map(Template::value).for_each(|value| {
                value.visit(&mut |_, it| {
                    found |= matches!(it, Value::Variable(it) | Value::Uint(it) | Value::Reference(it) if it == name);
                });
            });
            found
        };
        let withheld = self.env.iter().filter(|it| self.withhold.contains(&it.name) && !read(it.name));
        let source = |it: &Mapping<'a>| match it.value.value() {
            Some(Value::Variable(source)) => Some((it.name, source.into_owned())),
            _ => None,
        };
        withheld.filter_map(source).collect()
    }

    /// The variables of the environment that its process does not get.
    pub fn withheld(&self) -> impl Iterator<Item = &str> {
        let servers = self.mcp.filter(|it| !it.by(McpWay::File).is_empty()).map(|_| Mcp::VARIABLE);
        self.withhold.iter().map(|it| canonical(it).map_or(*it, |known| known.name)).chain(servers)
    }

    /// What a manifest maps: canonical variables of the provider, each with the first variable that the entry fills
    /// from it under every condition. A bare agent gets the id in `BENCHFLOW_PROVIDER_MODEL` over ACP.
    pub fn plain_mappings(&self) -> BTreeMap<&'static str, &str> {
        let mut found = BTreeMap::new();
        for mapping in self.env {
            let Some(Value::Variable(source)) = mapping.value.value() else { continue };
            if let Some(name) = self.provider_variable(&source) {
                found.entry(name).or_insert(mapping.name);
            }
        }
        found
    }

    /// The canonical variable of the provider that a manifest maps to a variable of the entry.
    pub fn provider_variable(&self, source: &str) -> Option<&'static str> {
        let told = |word: &str| canonical(word).is_some_and(|it| it.name == source);
        let bare = self.model.format == ModelIdFormat::Bare && told("ACP_MODEL");
        let source = canonical(if bare { "MODEL" } else { source })?.name;
        source.starts_with("BENCHFLOW_PROVIDER_").then_some(source)
    }

    /// The variables that a harness lists as required by the agent: those that a log-in may replace.
    pub fn required_variables(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.login.iter().map(|login| login.instead_of).collect();
        names.dedup();
        names
    }

    /// The variables besides the canonical ones that it gets: accepted ones, its own, and those of its log-ins.
    pub fn own_variables(&self) -> impl Iterator<Item = &str> {
        let unasked = self.permission_switches().iter().flat_map(Off::mappings);
        let mapped = self.env.iter().chain(unasked).map(|mapping| mapping.name);
        let log_ins = self.login.iter().flat_map(|login| match login.source {
            LoginSource::Variable(name) => [name, login.instead_of],
            LoginSource::Files(_) => [login.instead_of, login.instead_of],
        });
        self.accepts.iter().copied().chain(mapped).chain(log_ins)
    }

    /// The targets that it can be installed on by this lock of it, in the order of tables.
    pub fn targets(&self, lock: &Lock<'_>) -> Vec<Target> {
        let named = |target: &Target| self.platforms.is_empty() || self.platforms.contains(target);
        Target::ALL.into_iter().filter(named).filter(|&target| lock.unavailable_on(target).is_none()).collect()
    }

    /// The Node.js that it is installed with by this lock of it: the lowest line that fits. Where none does, which I006
    /// reports, it is the default line.
    pub fn node(&self, lock: &Lock<'_>) -> Version {
        let mut versions = RuntimeKind::Node.lines().iter().map(|line| line.version);
        versions.find(|&it| self.misfit(lock, it).is_none()).unwrap_or(RuntimeKind::Node.default_version())
    }

    /// The private `CPython` that its Python packages are resolved for and installed with, the lowest line that each of
    /// them accepts; `None` where it has no such package. Where no line fits, which I006 reports, it is the default
    /// line.
    pub fn python(&self) -> Option<Version> {
        let accepted: Vec<&str> = self
            .install
            .iter()
            .filter_map(|it| if let Artefact::Pypi(pypi) = it { Some(pypi.python) } else { None })
            .collect();
        let mut versions = RuntimeKind::Python.lines().iter().map(|line| line.version);
        let lowest = versions.find(|&it| accepted.iter().all(|specifier| fits(specifier, it)));
        (!accepted.is_empty()).then(|| lowest.unwrap_or(RuntimeKind::Python.default_version()))
    }

    /// Why a version of Node.js does not fit it; none when it does. The field `requires` of the entry is a floor, and
    /// each package of the lock's tree that says what it accepts (`engines`) must accept the version: an entry may be
    /// older than its tree, and a tree may say nothing.
    pub fn misfit(&self, lock: &Lock<'_>, node: Version) -> Option<String> {
        if let Some(floor) = self.node_floor.filter(|floor| node.is_below(*floor)) {
            return Some(format!("`{}` requires Node.js {floor}", self.name));
        }
        lock.npm.iter().find_map(|it| {
            let range = it.node.as_deref().filter(|range| engines::judge(range, node) == engines::Verdict::Refused)?;
            Some(format!("`{}@{}` requires Node.js `{range}`", it.name, it.version))
        })
    }

    /// Its lock, read; an empty one where it has none.
    pub fn read_lock(&self) -> Result<Lock<'a>, UnreadableLock> {
        if self.lock.is_empty() {
            return Ok(Lock::default());
        }
        let unreadable = |error| UnreadableLock { agent: self.name.to_owned(), error, command: self.pin_command() };
        Lock::parse(self.lock).map_err(unreadable)
    }

    /// The version of its first package in this lock of it; none when it has no package.
    pub fn locked_version<'l>(&self, lock: &Lock<'l>) -> Option<&'l str> {
        let (ecosystem, name) = self.install.iter().find_map(Artefact::package)?;
        Some(lock.package(ecosystem, name)?.version)
    }

    /// The whole command that writes its lock, with a place for each version that its name does not say.
    pub fn pin_command(&self) -> String {
        let mut command = format!("cargo pin {}", self.name);
        let said = usize::from(self.version().is_some());
        for (_, name) in self.install.iter().filter_map(Artefact::package).skip(said) {
            let word = format!(" {name}=VERSION");
            if !command.contains(&word) {
                command.push_str(&word);
            }
        }
        command
    }

    /// Why it cannot be installed on a target, by its entry or its lock; none when it can.
    pub fn refused_on(&self, lock: &Lock<'_>, target: Target) -> Option<String> {
        if !self.platforms.is_empty() && !self.platforms.contains(&target) {
            return Some("its entry excludes it".to_owned());
        }
        lock.unavailable_on(target).map(|it| it.cause.to_string())
    }
}

/// One environment variable that the agent is started with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mapping<'a> {
    /// The variable that the agent reads.
    pub name: &'a str,
    /// Its value; an `if` without `else` that does not hold leaves the variable alone.
    pub value: Template<'a>,
}

words! {
    /// The form of base URL that an agent requires.
    pub enum BaseUrlForm {
        /// As the provider has it.
        AsGiven = "AsGiven",
        /// Ending in `/v1`, which is added where it is missing.
        WithV1 = "WithV1",
        /// Not ending in `/v1`, which is taken off.
        WithoutV1 = "WithoutV1",
    }
}

/// A configuration file that is written when the agent is launched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct ConfigFile<'a> {
    /// Where, beginning with `~/`.
    pub path: &'a str,
    /// What the agent's own parser reads.
    pub format: FileFormat,
    /// Whether the task may have settings in the same file.
    pub owner: Owner,
    /// Permission bits; `0o600` unless the entry says otherwise.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub mode: u32,
    /// The content: an object, or an `if` around one.
    pub body: Template<'a>,
}

impl ConfigFile<'_> {
    /// The permission bits of a file whose entry has no `mode`.
    pub const DEFAULT_MODE: u32 = 0o600;
}

words! {
    /// The format of a configuration file.
    pub enum FileFormat {
        /// JSON without comments.
        Json = "json",
        /// JSON with comments and trailing commas, which are kept.
        Jsonc = "jsonc",
        /// TOML; always a file of the agent's own ([`Owner::Whole`]).
        Toml = "toml",
    }
}

words! {
    /// Who owns the rest of a configuration file.
    pub enum Owner {
        /// Ours are only the keys we write: they are merged into what is there.
        Keys = "Keys" | "keys",
        /// The whole file is ours.
        Whole = "Whole" | "whole",
    }
}

/// How the agent's own files refer to an environment variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct References<'a> {
    /// The form, with `NAME` where the variable's name goes: `{env:NAME}`.
    pub form: &'a str,
    /// When the agent puts the value in.
    pub semantics: Semantics,
}

words! {
    /// When an agent resolves the references of its files.
    pub enum Semantics {
        /// Pasted into the text before parsing: a quote in a value becomes structure, so such values are rejected.
        Textual = "textual",
        /// Put in after parsing: any value is safe.
        Parsed = "parsed",
    }
}

/// Something on the host that replaces an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Login<'a> {
    /// The replacement.
    pub source: LoginSource<'a>,
    /// The variable it replaces.
    pub instead_of: &'a str,
    /// Whether it is valid only at the vendor's own endpoint.
    pub own_endpoint_only: bool,
}

/// What a log-in is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "serde", serde(untagged))]
pub enum LoginSource<'a> {
    /// Files under the home folder, all of them; the first is the one that decides.
    Files(&'a [&'a str]),
    /// A variable.
    Variable(&'a str),
}

words! {
    /// The kinds of replacements for an API key.
    pub enum LoginKind {
        /// [`LoginSource::Files`].
        Files = "files",
        /// [`LoginSource::Variable`].
        Variable = "variable",
    }
}

impl LoginSource<'_> {
    /// Its kind.
    pub const fn kind(&self) -> LoginKind {
        match self {
            Self::Files(_) => LoginKind::Files,
            Self::Variable(_) => LoginKind::Variable,
        }
    }
}

/// A host that the agent looks up by itself when it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Host<'a> {
    /// The name it looks up.
    pub name: &'a str,
    /// The variables that stop it; they are set at launch.
    #[cfg_attr(feature = "serde", serde(serialize_with = "data::mappings"))]
    #[cfg_attr(feature = "schemars", schemars(with = "BTreeMap<&str, Template<'a>>"))]
    pub off: &'a [Mapping<'a>],
    /// Why there is no switch, where there is none.
    pub reason: &'a str,
}

/// A helper process that runs together with the agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Beside<'a> {
    /// Its argument vector; `PORT` in it is the free port it is given.
    pub argv: &'a [Template<'a>],
    /// Seconds until its port must answer.
    pub within: u32,
}

/// How the integration suite runs the agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Suite<'a> {
    /// The model it runs.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub model: ModelReference<'a>,
    /// Whether calls go through the gateway that counts usage.
    pub usage_tracking: bool,
}

/// What a run chooses, for the reader of an entry: whether there is web, whether tools ask, how hard the model thinks.
impl<'a> Agent<'a> {
    /// The switches of the web policy; empty when there is none.
    pub fn web_switches(&self) -> &'a [Off<'a>] {
        match self.web {
            Some(WebPolicy::Switch { off, .. }) => off,
            _ => &[],
        }
    }

    /// The switches of the hosted tools alone.
    pub fn hosted_switches(&self) -> &'a [Off<'a>] {
        match self.hosted {
            Some(Hosted::All) => self.web_switches(),
            Some(Hosted::Some { off, .. }) => off,
            Some(Hosted::None(_) | Hosted::Untested(_)) | None => &[],
        }
    }

    /// The hosted tools, by name.
    pub fn hosted_tools(&self) -> &'a [&'a str] {
        match self.hosted {
            Some(Hosted::All) => self.web.map_or(&[], |web| web.tools()),
            Some(Hosted::Some { tools, .. }) => tools,
            Some(Hosted::None(_) | Hosted::Untested(_)) | None => &[],
        }
    }

    /// The switches of a run that does without this much of the web.
    pub fn switches_without(&self, web: WithoutWeb) -> &'a [Off<'a>] {
        match web {
            WithoutWeb::Nothing => &[],
            WithoutWeb::Hosted => self.hosted_switches(),
            WithoutWeb::All => self.web_switches(),
        }
    }

    /// Why a run that does without this much of the web is rejected, if it is.
    pub fn refusal_without(&self, web: WithoutWeb) -> Option<String> {
        match web {
            WithoutWeb::Nothing => None,
            WithoutWeb::Hosted => self.no_hosted_refusal(),
            WithoutWeb::All => self.no_web_refusal(),
        }
    }

    fn no_hosted_refusal(&self) -> Option<String> {
        match (self.web, self.hosted) {
            (Some(WebPolicy::NoTools(_)), _) | (_, Some(Hosted::Some { .. } | Hosted::None(_))) => None,
            (_, Some(Hosted::All)) => self.no_web_refusal(),
            (_, Some(Hosted::Untested(reason))) => {
                Some(format!("not verified which of its web tools its vendor's servers carry out: {reason}"))
            }
            (_, None) => {
                Some("its entry does not say which of its web tools its vendor's servers carry out".to_owned())
            }
        }
    }

    /// Why a run without web tools is rejected, if it is.
    pub fn no_web_refusal(&self) -> Option<String> {
        match self.web {
            Some(WebPolicy::NoSwitch { reason, .. }) => Some(format!("its web tools cannot be turned off: {reason}")),
            Some(WebPolicy::Untested { reason, .. }) => {
                Some(format!("not verified that its web tools can be turned off: {reason}"))
            }
            None => Some("its entry has no web policy".to_owned()),
            Some(WebPolicy::Switch { .. } | WebPolicy::NoTools(_)) => None,
        }
    }

    /// Why it takes no model at all, if it takes none: the same sentence for every caller.
    pub fn model_refusal(&self) -> Option<String> {
        self.model.none.map(|reason| format!("no model server can be given to `{}`: {reason}", self.name))
    }

    /// Whether a model server can be given to it.
    pub const fn is_routable(&self) -> bool {
        self.model.none.is_none()
    }

    /// Whether a client sets its model by `session/set_model`.
    pub fn sets_model(&self) -> bool {
        self.is_routable() && self.model.via == Via::SetModel
    }

    /// What lets its tools run without asking; empty when nothing is known that does.
    pub fn permission_switches(&self) -> &'a [Off<'a>] {
        self.permission.map_or(&[], |it| it.off())
    }

    /// Why a run in which its tools ask is rejected, if it is.
    pub fn ask_refusal(&self) -> Option<String> {
        match self.permission {
            Some(Permission::Switch { .. }) => None,
            Some(Permission::None(reason)) => Some(format!("its tools run without asking: {reason}")),
            Some(Permission::Untested(reason)) => Some(format!("not verified that its tools ask: {reason}")),
            None => Some("its entry does not say whether its tools ask".to_owned()),
        }
    }

    /// Why a run with an MCP server of a transport in [`Mcp::VARIABLE`] is rejected, if it is.
    pub fn servers_refusal(&self, transport: McpTransport) -> Option<String> {
        let word = transport.word();
        match self.mcp.unwrap_or(Mcp::Untested("its entry has no `mcp`")) {
            Mcp::Servers { acp, file } => match (file.contains(&transport), acp.contains(&transport)) {
                (true, _) => None,
                (false, true) => Some(format!(
                    "no file of the agent has servers over `{word}`; let its client pass them in `mcpServers` of `session/new`"
                )),
                (false, false) => Some(format!("it takes no servers over `{word}`")),
            },
            Mcp::None(reason) => Some(format!("it takes no servers: {reason}")),
            Mcp::Untested(reason) => Some(format!("not verified: {reason}")),
        }
    }

    /// Why a run with a level of effort that it does not list is rejected.
    pub fn effort_refusal(&self) -> String {
        match self.effort {
            Some(Effort::Levels(levels)) => {
                format!("its levels are {}", levels.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", "))
            }
            Some(Effort::None(reason)) => format!("it has no switch for it: {reason}"),
            Some(Effort::Untested(reason)) => format!("not verified: {reason}"),
            None => "its entry has no `effort`".to_owned(),
        }
    }
}
