//! An agent as data for people and programs: what `list` and `show` print, and what `registry.json` holds. The model
//! itself is most of it; here is what follows from an entry and its lock, and is in neither.
//!
//! A value of an entry is in its encoded form, where every array is an operation: `["variable", NAME]` and so on
//! (`registry_model::template`).

use registry_model::model::{
    Agent, LockedPackage, Off, Protocol, Target, Unavailable, UnreadableLock, WebKind, WebPolicy,
};
use serde::Serialize;

/// What the table of `list` shows of an agent.
#[derive(Clone, Debug, Serialize)]
pub struct Short<'a> {
    /// The kebab-case id, which folders, scripts and commands bear.
    pub name: &'a str,
    /// Other names that the commands accept.
    pub aliases: &'a [&'a str],
    /// What it is, in a sentence.
    pub summary: &'a str,
    /// The wire protocols that it speaks to a model server.
    pub protocols: &'a [Protocol],
    /// The targets that it can be installed on; empty while its packages cannot be fetched.
    pub platforms: Vec<Target>,
    /// What is known of its web tools.
    pub web: Option<WebKind>,
}

/// All of an agent.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
pub struct Facts<'a> {
    /// Its entry.
    #[serde(flatten)]
    pub agent: &'a Agent<'a>,
    /// What it is, in a sentence.
    pub summary: &'a str,
    /// The targets that it can be installed on; empty while its packages cannot be fetched.
    pub platforms: Vec<Target>,
    /// What is known of its web tools.
    pub web: Option<WebKind>,
    /// The names of the web tools that it offers its model.
    pub web_tools: Option<&'a [&'a str]>,
    /// How they are turned off: all of it together.
    pub web_off: &'a [Off<'a>],
    /// Why they are not, where they are not.
    pub web_reason: Option<&'a str>,
    /// Exact versions and checksums.
    pub lock: Option<Locked<'a>>,
}

/// What a lock says, but for the whole tree.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
pub struct Locked<'a> {
    /// The packages that the entry names.
    pub packages: Vec<LockedPackage<'a>>,
    /// How many packages the npm tree has.
    pub npm_tree: usize,
    /// How many wheels and source distributions there are.
    pub python_files: usize,
    /// What could not be fetched.
    pub unavailable: Vec<Unavailable<'a>>,
}

/// What the table of `list` shows of an agent.
pub fn short<'a>(agent: &'a Agent<'a>) -> Result<Short<'a>, UnreadableLock> {
    Ok(Short {
        name: agent.name,
        aliases: agent.aliases,
        summary: agent.summary(),
        protocols: agent.protocols,
        platforms: agent.targets(&agent.read_lock()?),
        web: kind(agent),
    })
}

/// All of an agent.
pub fn whole<'a>(agent: &'a Agent<'a>) -> Result<Facts<'a>, UnreadableLock> {
    let lock = agent.read_lock()?;
    Ok(Facts {
        agent,
        summary: agent.summary(),
        platforms: agent.targets(&lock),
        web: kind(agent),
        web_tools: agent.web.map(|it| it.tools()),
        web_off: agent.web_switches(),
        web_reason: agent.web.filter(|it| it.kind() != WebKind::Switch).map(|it| it.reason()),
        lock: (!agent.lock.is_empty()).then_some(Locked {
            packages: lock.packages,
            npm_tree: lock.npm.len(),
            python_files: lock.wheels.len(),
            unavailable: lock.unavailable,
        }),
    })
}

fn kind(agent: &Agent<'_>) -> Option<WebKind> {
    agent.web.as_ref().map(WebPolicy::kind)
}
