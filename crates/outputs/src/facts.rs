//! An agent as data: for `list`, `show` and `registry.json`. Most of it is the model itself; this module adds facts
//! that are derived from an entry and its lock.
//!
//! A value of an entry is in its encoded form, where every array is an operation: `["variable", NAME]` and so on
//! (`registry_model::template`).

use registry_model::model::{
    Agent, EffortKind, HostedKind, LockedPackage, McpKind, McpTransport, McpWay, Off, PermissionKind, Protocol, Target,
    Unavailable, UnreadableLock, WebKind, WebPolicy,
};
use serde::Serialize;

use crate::evidence::{Evidence, Times};

/// The data of an agent in the table of `list`.
#[derive(Clone, Debug, Serialize)]
pub struct Short<'a> {
    /// The kebab-case id, which names folders, scripts and commands.
    pub name: &'a str,
    /// Other names that the commands accept.
    pub aliases: &'a [&'a str],
    /// The first sentence of its description.
    pub summary: &'a str,
    /// The wire protocols that it uses with a model server.
    pub protocols: &'a [Protocol],
    /// The targets that it can be installed on; empty while its packages cannot be fetched.
    pub platforms: Vec<Target>,
    /// The kind of its web policy.
    pub web: Option<WebKind>,
}

/// All facts of an agent.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
pub struct Facts<'a> {
    /// Its entry.
    #[serde(flatten)]
    pub agent: &'a Agent<'a>,
    /// The first sentence of its description.
    pub summary: &'a str,
    /// The targets that it can be installed on; empty while its packages cannot be fetched.
    pub platforms: Vec<Target>,
    /// The kind of its web policy.
    pub web: Option<WebKind>,
    /// The names of the web tools that it offers its model.
    pub web_tools: Option<&'a [&'a str]>,
    /// The switches that turn them off, all of them together.
    pub web_off: &'a [Off<'a>],
    /// Why they are not turned off, if they are not.
    pub web_reason: Option<&'a str>,
    /// Which of its web tools a vendor's servers carry out; null where its entry does not say, or it has no web tools.
    pub hosted: Option<HostedFacts<'a>>,
    /// How its tools run without asking; null where its entry does not say.
    pub permission: Option<PermissionFacts<'a>>,
    /// The levels of reasoning effort that it takes; null where its entry does not say.
    pub effort: Option<EffortFacts<'a>>,
    /// How it takes MCP servers; null where its entry does not say.
    pub mcp: Option<McpFacts<'a>>,
    /// Whether `session/set_model`, which has left the schema of ACP, is the only way to set the model of its session.
    /// Null where it gets its model in another way, or where its session was not measured.
    pub set_model_alone: Option<bool>,
    /// How long it took in the runs of a probe; null where that was not measured with the versions of its lock.
    pub times: Option<Times>,
    /// Exact versions and checksums.
    pub lock: Option<Locked<'a>>,
}

/// The web tools of an agent that a vendor's servers carry out, which a sandbox without network does not stop.
/// `BENCHFLOW_DISALLOW_WEB_TOOLS=hosted` turns them alone off.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
pub struct HostedFacts<'a> {
    /// What is known of it.
    pub kind: HostedKind,
    /// Their names.
    pub tools: &'a [&'a str],
    /// The switches that turn them alone off, all of them together.
    pub off: &'a [Off<'a>],
    /// Why there are none, or why it is not known.
    pub reason: Option<&'a str>,
}

/// How the tools of an agent run without asking, unless `BENCHFLOW_PERMISSION` is `ask`.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
pub struct PermissionFacts<'a> {
    /// What is known of it.
    pub kind: PermissionKind,
    /// The ACP mode that a client sets in each session.
    pub mode: Option<&'a str>,
    /// What the launcher sets: all of it together.
    pub off: &'a [Off<'a>],
    /// Why there is no switch, where there is none.
    pub reason: Option<&'a str>,
}

/// The levels of reasoning effort of an agent, which `BENCHFLOW_REASONING_EFFORT` may hold.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
pub struct EffortFacts<'a> {
    /// What is known of it.
    pub kind: EffortKind,
    /// The levels, from the lowest.
    pub levels: &'a [&'a str],
    /// Why there are none, where there are none.
    pub reason: Option<&'a str>,
}

/// How an agent takes MCP servers.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
pub struct McpFacts<'a> {
    /// What is known of it.
    pub kind: McpKind,
    /// The transports of the servers that its client passes in `mcpServers` of `session/new`.
    pub acp: &'a [McpTransport],
    /// The transports of the servers that the launcher writes into a file of it, from `BENCHFLOW_MCP_SERVERS`.
    pub file: &'a [McpTransport],
    /// Why it takes none, where it takes none.
    pub reason: Option<&'a str>,
}

/// The facts of a lock, without the whole tree.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
pub struct Locked<'a> {
    /// The packages that the entry names.
    pub packages: Vec<LockedPackage<'a>>,
    /// The number of packages in the npm tree.
    pub npm_tree: usize,
    /// The number of wheels and source distributions.
    pub python_files: usize,
    /// The packages that could not be fetched.
    pub unavailable: Vec<Unavailable<'a>>,
}

/// The data of an agent in the table of `list`.
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

/// All facts of an agent, with those that were measured.
pub fn whole<'a>(agent: &'a Agent<'a>, evidence: &Evidence) -> Result<Facts<'a>, UnreadableLock> {
    let lock = agent.read_lock()?;
    Ok(Facts {
        agent,
        summary: agent.summary(),
        platforms: agent.targets(&lock),
        web: kind(agent),
        web_tools: agent.web.map(|it| it.tools()),
        web_off: agent.web_switches(),
        web_reason: agent.web.filter(|it| it.kind() != WebKind::Switch).map(|it| it.reason()),
        hosted: agent.hosted.map(|it| HostedFacts {
            kind: it.kind(),
            tools: agent.hosted_tools(),
            off: agent.hosted_switches(),
            reason: given(it.reason()),
        }),
        permission: agent.permission.map(|it| PermissionFacts {
            kind: it.kind(),
            mode: given(it.mode()),
            off: it.off(),
            reason: given(it.reason()),
        }),
        effort: agent.effort.map(|it| EffortFacts { kind: it.kind(), levels: it.levels(), reason: given(it.reason()) }),
        mcp: agent.mcp.map(|it| McpFacts {
            kind: it.kind(),
            acp: it.by(McpWay::Acp),
            file: it.by(McpWay::File),
            reason: given(it.reason()),
        }),
        set_model_alone: evidence.set_model_alone(agent),
        times: evidence.times.clone(),
        lock: (!agent.lock.is_empty()).then_some(Locked {
            packages: lock.packages,
            npm_tree: lock.npm.len(),
            python_files: lock.wheels.len(),
            unavailable: lock.unavailable,
        }),
    })
}

fn given(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

fn kind(agent: &Agent<'_>) -> Option<WebKind> {
    agent.web.as_ref().map(WebPolicy::kind)
}
