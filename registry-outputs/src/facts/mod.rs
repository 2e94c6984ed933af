//! An agent as data for people and programs: what `list` and `show` print, and what `registry.json` holds.
//!
//! A value of an entry stands in its encoded form, where every array is an operation: `["variable", NAME]` and so on
//! (`registry_core::template`).

mod install;
mod server;

use std::collections::BTreeMap;
use std::fmt::Debug;

use registry_core::model::{
    Agent, BaseUrlForm, Handshake, Info, Lock, LoginSource, Mapping, Off, Proof, ProxyMode, Runs, Target, Via,
    WebPolicy,
};
use registry_core::template::Template;
use serde::Serialize;
use serde_json::Value;

pub use install::{Artefact, Download, Locked, Package, Unavailable};
pub use server::{Credential, Endpoint, Family, Model, Parameter, Provider, family, provider};

/// What the table of `list` shows of an agent.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
pub struct Short<'a> {
    /// The kebab-case id, which folders, scripts and commands bear.
    pub name: &'a str,
    /// Other names that the commands accept.
    pub aliases: &'a [&'a str],
    /// What it is, in a sentence.
    pub summary: &'a str,
    /// The wire protocols that it speaks to a model server.
    pub protocols: Vec<&'static str>,
    /// The targets that it can be installed on; empty while its packages cannot be fetched.
    pub platforms: Vec<&'static str>,
    /// What is known of its web tools: `switch`, `no tools`, `no switch`, `untested`, `none`.
    pub web: &'static str,
}

/// All of an agent.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
pub struct Facts<'a> {
    /// The short facts.
    #[serde(flatten)]
    pub short: Short<'a>,
    /// The whole description of the entry.
    pub description: &'a str,
    /// What is installed, the agent itself first.
    pub install: Vec<Artefact<'a>>,
    /// Seconds that an install may take.
    pub install_timeout: u32,
    /// How its program is started: `node`, `native`, `python`.
    pub runs: &'static str,
    /// The lowest Node.js that its packages accept.
    pub node_floor: Option<String>,
    /// Its argument vector; the first word is a program that it installs.
    pub launch: Vec<Value>,
    /// A helper process that must be up before it starts.
    pub beside: Option<Beside>,
    /// What shows, at the end of an install, that it works.
    pub proof: Vec<Shown<'a>>,
    /// What it answers over ACP, as measured.
    pub handshake: Answers<'a>,
    /// How it is told which model to use.
    pub model: Delivery<'a>,
    /// The variables that it is started with, and their values.
    pub env: BTreeMap<&'a str, Value>,
    /// Variables beside the canonical ones that it may read.
    pub accepts: &'a [&'a str],
    /// Variables that its files have the content of and its process does not get.
    pub withhold: &'a [&'a str],
    /// The form of base URL that it wants: `as given`, `with /v1`, `without /v1`.
    pub base_url: &'static str,
    /// Files that are written when it is launched.
    pub config: Vec<Config<'a>>,
    /// How its own files refer to variables.
    pub references: Option<References<'a>>,
    /// The names of the web tools that it offers its model.
    pub web_tools: Option<&'a [&'a str]>,
    /// How they are turned off: all of it together.
    pub web_off: Vec<Switch<'a>>,
    /// Why they are not, where they are not.
    pub web_reason: Option<&'a str>,
    /// Folders of its own, under the home folder.
    pub home: &'a [&'a str],
    /// Folders where it looks for skills.
    pub skills: &'a [&'a str],
    /// What stands in for an API key.
    pub login: Vec<Login<'a>>,
    /// Hosts that it looks up by itself.
    pub hosts: Vec<Host<'a>>,
    /// How the integration suite runs it.
    pub suite: Option<Suite<'a>>,
    /// Rules that do not apply to a place of its entry.
    pub allow: Vec<Allowed<'a>>,
    /// Exact versions and checksums.
    pub lock: Option<Locked<'a>>,
}

/// A helper process.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
pub struct Beside {
    /// Its argument vector.
    pub argv: Vec<Value>,
    /// Seconds until its port must answer.
    pub within: u32,
}

/// A proof at the end of an install.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Shown<'a> {
    /// `acp`: it answers `initialize`.
    Answer(&'static str),
    /// A program prints this.
    Version {
        /// The program.
        version: &'a str,
        /// Its arguments.
        args: &'a [&'a str],
        /// What it prints.
        output: &'a str,
    },
}

/// What an agent answers over ACP.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
pub struct Answers<'a> {
    /// The `agentInfo` of `initialize`.
    pub info: AgentInfo<'a>,
    /// Variables of a dummy provider, without which it does not answer.
    pub env: BTreeMap<&'a str, Value>,
    /// Its answer to `session/new`.
    pub session: String,
    /// What makes it end.
    pub exit: String,
}

/// The `agentInfo` of an answer.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum AgentInfo<'a> {
    /// Its fields.
    Fields {
        /// The name.
        name: &'a str,
        /// The title.
        title: &'a str,
        /// Whether the version is that of the first package.
        version_is_pinned: bool,
    },
    /// It gives none.
    Missing {
        /// What was seen instead.
        none: &'a str,
    },
}

/// How an agent is told which model to use.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
pub struct Delivery<'a> {
    /// The form of the id: `bare`, `provider/model`, `registered-provider/model`.
    pub format: &'static str,
    /// The way: `session/set_model`, `config option`, `variable`, `file`, `argument`.
    pub via: &'static str,
    /// What it does with an alias of the gateway.
    pub proxy: String,
    /// Texts that no id may hold.
    pub refuses: &'a [&'a str],
}

/// A file that is written at launch.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
pub struct Config<'a> {
    /// Where, beginning with `~/`.
    pub path: &'a str,
    /// Its format: `json`, `jsonc`, `toml`.
    pub format: String,
    /// `keys` where the task may have settings in it, else `whole`.
    pub owner: String,
    /// What is written, as an encoded value.
    pub body: Value,
}

/// How files refer to variables.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
pub struct References<'a> {
    /// The form, with `NAME` where the variable's name goes.
    pub form: &'a str,
    /// `textual` where a value is pasted before parsing, else `parsed`.
    pub semantics: String,
}

/// One way in which web tools are turned off.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Switch<'a> {
    /// Keys in a file.
    File {
        /// Where.
        file: &'a str,
        /// The keys, as an encoded value.
        body: Value,
    },
    /// Variables that are set.
    Env {
        /// Their names and values.
        env: BTreeMap<&'a str, Value>,
    },
    /// Words that are added to the argument vector.
    Argv {
        /// The words.
        argv: &'a [&'a str],
    },
    /// Variables that are dropped.
    Unset {
        /// Their names.
        unset: &'a [&'a str],
    },
}

/// What stands in for an API key.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
pub struct Login<'a> {
    /// Files under the home folder, or a variable.
    pub source: Source<'a>,
    /// The variable that it replaces.
    pub instead_of: &'a str,
    /// Whether it is valid only at the vendor's own endpoint.
    pub own_endpoint_only: bool,
}

/// What a log-in is made of.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Source<'a> {
    /// Files, all of them.
    Files(&'a [&'a str]),
    /// A variable.
    Variable(&'a str),
}

/// A host that an agent looks up by itself.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
pub struct Host<'a> {
    /// The host.
    pub name: &'a str,
    /// The variables that stop it.
    pub off: BTreeMap<&'a str, Value>,
    /// Why nothing stops it, where nothing does.
    pub reason: &'a str,
}

/// How the integration suite runs an agent.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
pub struct Suite<'a> {
    /// The registered provider of the model; empty for a bare id.
    pub provider: &'a str,
    /// The model's id.
    pub model: &'a str,
    /// Whether calls go through the gateway that counts usage.
    pub usage_tracking: bool,
}

/// A rule that does not apply.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
pub struct Allowed<'a> {
    /// Its code.
    pub rule: &'a str,
    /// Why.
    pub reason: &'a str,
}

/// The targets that an agent can be installed on.
pub fn targets(agent: &Agent<'_>) -> Vec<Target> {
    let lock = Lock::parse(agent.lock).unwrap_or_default();
    let named = |target: &Target| agent.platforms.is_empty() || agent.platforms.contains(target);
    Target::ALL.into_iter().filter(named).filter(|&target| lock.unavailable_on(target).is_none()).collect()
}

/// What the table of `list` shows of an agent.
pub fn short<'a>(agent: &'a Agent<'a>) -> Short<'a> {
    Short {
        name: agent.name,
        aliases: agent.aliases,
        summary: agent.summary(),
        protocols: agent.protocols.iter().map(|it| it.id()).collect(),
        platforms: targets(agent).into_iter().map(Target::id).collect(),
        web: web_word(agent),
    }
}

/// All of an agent.
pub fn whole<'a>(agent: &'a Agent<'a>) -> Facts<'a> {
    Facts {
        short: short(agent),
        description: agent.description,
        install: agent.install.iter().map(Artefact::new).collect(),
        install_timeout: agent.install_timeout,
        runs: match agent.runs {
            Runs::Node => "node",
            Runs::Native => "native",
            Runs::Python => "python",
        },
        node_floor: agent.node_floor.map(|it| it.to_string()),
        launch: templates(agent.launch),
        beside: agent.beside.map(|it| Beside { argv: templates(it.argv), within: it.within }),
        proof: agent.proof.iter().map(proof).collect(),
        handshake: handshake(&agent.handshake),
        model: Delivery {
            format: agent.model.format.id(),
            via: via(agent.model.via),
            proxy: proxy(agent.model.proxy),
            refuses: agent.model.refuses,
        },
        env: mappings(agent.env),
        accepts: agent.accepts,
        withhold: agent.withhold,
        base_url: match agent.base_url {
            BaseUrlForm::AsGiven => "as given",
            BaseUrlForm::WithV1 => "with /v1",
            BaseUrlForm::WithoutV1 => "without /v1",
        },
        config: agent.config.iter().map(config).collect(),
        references: agent.references.map(|it| References { form: it.form, semantics: word(&it.semantics) }),
        web_tools: agent.web.map(|it| it.tools()),
        web_off: agent.web_switches().iter().map(off).collect(),
        web_reason: web_reason(agent),
        home: agent.home,
        skills: agent.skills,
        login: agent.login.iter().map(login).collect(),
        hosts: agent.hosts.iter().map(|it| Host { name: it.name, off: mappings(it.off), reason: it.reason }).collect(),
        suite: agent.suite.map(|it| Suite {
            provider: it.model.provider,
            model: it.model.id,
            usage_tracking: it.usage_tracking,
        }),
        allow: agent.allow.iter().map(|it| Allowed { rule: it.code, reason: it.reason }).collect(),
        lock: install::locked(agent),
    }
}

fn proof<'a>(proof: &Proof<'a>) -> Shown<'a> {
    match proof {
        Proof::Acp => Shown::Answer("acp"),
        Proof::Version { bin, args, output } => Shown::Version { version: bin, args, output },
    }
}

fn handshake<'a>(handshake: &Handshake<'a>) -> Answers<'a> {
    let info = match handshake.info {
        Info::Fields { name, title, version_is_pinned } => AgentInfo::Fields { name, title, version_is_pinned },
        Info::None(reason) => AgentInfo::Missing { none: reason },
    };
    Answers { info, env: mappings(handshake.env), session: word(&handshake.session), exit: word(&handshake.exit) }
}

fn proxy(proxy: ProxyMode<'_>) -> String {
    match proxy {
        ProxyMode::AsIs => "as is".to_owned(),
        ProxyMode::RegisterProvider => "register provider".to_owned(),
        ProxyMode::Unsupported(why) => format!("unsupported: {why}"),
    }
}

/// The way by which the model reaches an agent, in words.
pub const fn via(via: Via) -> &'static str {
    match via {
        Via::SetModel => "session/set_model",
        Via::ConfigOption => "config option",
        Via::Env => "variable",
        Via::File => "file",
        Via::Argv => "argument",
    }
}

fn config<'a>(file: &registry_core::model::ConfigFile<'a>) -> Config<'a> {
    Config { path: file.path, format: word(&file.format), owner: word(&file.owner), body: template(file.body) }
}

fn login<'a>(login: &registry_core::model::Login<'a>) -> Login<'a> {
    let source = match login.source {
        LoginSource::Files(files) => Source::Files(files),
        LoginSource::Variable(name) => Source::Variable(name),
    };
    Login { source, instead_of: login.instead_of, own_endpoint_only: login.own_endpoint_only }
}

fn off<'a>(off: &Off<'a>) -> Switch<'a> {
    match off {
        Off::File { path, body, .. } => Switch::File { file: path, body: template(*body) },
        Off::Env(variables) => Switch::Env { env: mappings(variables) },
        Off::Argv(words) => Switch::Argv { argv: words },
        Off::Unset(names) => Switch::Unset { unset: names },
    }
}

/// The word for an agent's web policy.
fn web_word(agent: &Agent<'_>) -> &'static str {
    match agent.web {
        None => "none",
        Some(WebPolicy::Switch { .. }) => "switch",
        Some(WebPolicy::NoTools(_)) => "no tools",
        Some(WebPolicy::NoSwitch { .. }) => "no switch",
        Some(WebPolicy::Untested { .. }) => "untested",
    }
}

fn web_reason<'a>(agent: &Agent<'a>) -> Option<&'a str> {
    match agent.web? {
        WebPolicy::Switch { .. } => None,
        WebPolicy::NoTools(reason) | WebPolicy::NoSwitch { reason, .. } | WebPolicy::Untested { reason, .. } => {
            Some(reason)
        }
    }
}

fn mappings<'a>(mappings: &[Mapping<'a>]) -> BTreeMap<&'a str, Value> {
    mappings.iter().map(|it| (it.name, template(it.value))).collect()
}

fn templates(templates: &[Template<'_>]) -> Vec<Value> {
    templates.iter().copied().map(template).collect()
}

/// The encoded form of a value is JSON already.
fn template(template: Template<'_>) -> Value {
    serde_json::from_str(template.0).unwrap_or_else(|_| Value::from(template.0))
}

/// The word of an enumeration of the model.
fn word(value: &impl Debug) -> String {
    format!("{value:?}").to_lowercase()
}
