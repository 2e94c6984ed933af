//! The web policy of an agent, its handshake and its proofs.

use core::fmt;
#[cfg(feature = "schemars")]
use std::collections::BTreeMap;

#[cfg(feature = "serde")]
use super::data;
use super::{FileFormat, Mapping, Owner};
use crate::template::Template;
use crate::words::words;

/// The web tools of an agent. An agent without one of these does not compile (W001).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebPolicy<'a> {
    /// It has them and they can be turned off.
    Switch {
        /// The names it offers its model.
        tools: &'a [&'a str],
        /// How they are turned off: all of it together.
        off: &'a [Off<'a>],
    },
    /// It has none; the text is the evidence. A run without web starts normally.
    NoTools(&'a str),
    /// It has them and they cannot be turned off; the string is the reason. A run without web is rejected.
    NoSwitch {
        /// The names it offers its model.
        tools: &'a [&'a str],
        /// Why.
        reason: &'a str,
    },
    /// Not tested; the string is the reason. A run without web is rejected.
    Untested {
        /// The names it offers its model.
        tools: &'a [&'a str],
        /// Why.
        reason: &'a str,
    },
}

words! {
    /// The kinds of a web policy. An entry has no word for a switch: it lists the ways.
    pub enum WebKind {
        /// [`WebPolicy::Switch`].
        Switch = "Switch" | "switch",
        /// [`WebPolicy::NoTools`].
        NoTools = "NoTools" | "no tools",
        /// [`WebPolicy::NoSwitch`].
        NoSwitch = "NoSwitch" | "no switch",
        /// [`WebPolicy::Untested`].
        Untested = "Untested" | "untested",
    }
}

impl<'a> WebPolicy<'a> {
    /// Its kind.
    pub const fn kind(&self) -> WebKind {
        match self {
            Self::Switch { .. } => WebKind::Switch,
            Self::NoTools(_) => WebKind::NoTools,
            Self::NoSwitch { .. } => WebKind::NoSwitch,
            Self::Untested { .. } => WebKind::Untested,
        }
    }

    /// Its reason, unless it is a switch: the evidence that there are no tools, or why they cannot be turned off.
    pub const fn reason(&self) -> &'a str {
        match self {
            Self::Switch { .. } => "",
            Self::NoTools(reason) | Self::NoSwitch { reason, .. } | Self::Untested { reason, .. } => reason,
        }
    }

    /// The names of the web tools.
    pub const fn tools(&self) -> &'a [&'a str] {
        match self {
            Self::Switch { tools, .. } | Self::NoSwitch { tools, .. } | Self::Untested { tools, .. } => tools,
            Self::NoTools(_) => &[],
        }
    }
}

/// Which web tools of an agent the servers of a vendor carry out for it. A sandbox without network does not stop them,
/// since all that leaves it is the call to the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hosted<'a> {
    /// All of its web tools: what turns the web tools off turns them off.
    All,
    /// Some of them.
    Some {
        /// Their names, which are web tools of the agent.
        tools: &'a [&'a str],
        /// How they alone are turned off: all of it together.
        off: &'a [Off<'a>],
    },
    /// None of them; the text is the evidence. Without network they reach nothing.
    None(&'a str),
    /// Not tested; the string is the reason. A run without hosted tools is rejected.
    Untested(&'a str),
}

words! {
    /// The kinds of [`Hosted`]. An entry has no word for some: it lists them.
    pub enum HostedKind {
        /// [`Hosted::All`].
        All = "all",
        /// [`Hosted::Some`].
        Some = "some",
        /// [`Hosted::None`].
        None = "none",
        /// [`Hosted::Untested`].
        Untested = "untested",
    }
}

impl<'a> Hosted<'a> {
    /// Its kind.
    pub const fn kind(&self) -> HostedKind {
        match self {
            Self::All => HostedKind::All,
            Self::Some { .. } => HostedKind::Some,
            Self::None(_) => HostedKind::None,
            Self::Untested(_) => HostedKind::Untested,
        }
    }

    /// Its reason, where it names no tools.
    pub const fn reason(&self) -> &'a str {
        match self {
            Self::All | Self::Some { .. } => "",
            Self::None(reason) | Self::Untested(reason) => reason,
        }
    }
}

words! {
    /// How much of the web a run does without.
    #[derive(Default)]
    pub enum WithoutWeb {
        /// Nothing.
        #[default]
        Nothing = "nothing",
        /// What a vendor's servers carry out ([`Hosted`]).
        Hosted = "hosted",
        /// All web tools.
        All = "all",
    }
}

impl WithoutWeb {
    /// The variable by which a run chooses.
    pub const VARIABLE: &'static str = "BENCHFLOW_DISALLOW_WEB_TOOLS";

    /// The choice that a value of the variable makes. Every word but those for "no" and `hosted` turns all off, since
    /// a harness that asks for less must not get more than it meant.
    pub fn of(value: &str) -> Self {
        match value {
            "" | "0" | "false" | "no" => Self::Nothing,
            "hosted" => Self::Hosted,
            _ => Self::All,
        }
    }
}

/// One way in which something of an agent is turned off: its web tools, or its questions before a tool runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum Off<'a> {
    /// Variables.
    #[cfg_attr(feature = "serde", serde(serialize_with = "data::mappings"))]
    Env(#[cfg_attr(feature = "schemars", schemars(with = "BTreeMap<&str, Template<'a>>"))] &'a [Mapping<'a>]),
    /// Words that are added to the argument vector.
    Argv(&'a [&'a str]),
    /// Variables that would lead the agent to files without the policy; a run without web drops them.
    Unset(&'a [&'a str]),
    /// Keys in a file of the agent; `append([…])` in it adds to a list.
    #[cfg_attr(feature = "serde", serde(untagged))]
    File {
        /// Where, beginning with `~/`.
        #[cfg_attr(feature = "serde", serde(rename = "file"))]
        path: &'a str,
        /// The file's format.
        #[cfg_attr(feature = "serde", serde(skip))]
        format: FileFormat,
        /// Whether the rest of the file is the task's.
        #[cfg_attr(feature = "serde", serde(skip))]
        owner: Owner,
        /// The keys.
        body: Template<'a>,
    },
}

words! {
    /// The ways to turn tools off besides files, which are named by their formats.
    pub enum OffKind {
        /// [`Off::Env`].
        Env = "env",
        /// [`Off::Argv`].
        Argv = "argv",
        /// [`Off::Unset`].
        Unset = "unset",
    }
}

impl<'a> Off<'a> {
    /// The variables that it sets.
    pub const fn mappings(&self) -> &'a [Mapping<'a>] {
        match self {
            Self::Env(mappings) => mappings,
            Self::Argv(_) | Self::Unset(_) | Self::File { .. } => &[],
        }
    }

    /// Whether it has no variable and no word. A file is never said to be idle: its keys would have to be read.
    pub const fn is_idle(&self) -> bool {
        match self {
            Self::Env(mappings) => mappings.is_empty(),
            Self::Argv(words) => words.is_empty(),
            Self::Unset(names) => names.is_empty(),
            Self::File { .. } => false,
        }
    }

    /// The word that an entry begins it with.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::File { format, .. } => format.word(),
            Self::Env(_) => OffKind::Env.word(),
            Self::Argv(_) => OffKind::Argv.word(),
            Self::Unset(_) => OffKind::Unset.word(),
        }
    }
}

/// What an agent answers over ACP, as measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Handshake<'a> {
    /// The `agentInfo` of its answer to `initialize`.
    pub info: Info<'a>,
    /// Variables of a dummy provider, without which it does not answer; values are literals.
    #[cfg_attr(feature = "serde", serde(serialize_with = "data::mappings"))]
    #[cfg_attr(feature = "schemars", schemars(with = "BTreeMap<&str, Template<'a>>"))]
    pub env: &'a [Mapping<'a>],
    /// Its answer to `session/new`.
    pub session: Session,
    /// What makes it end.
    pub exit: Exit,
}

impl Handshake<'_> {
    /// A handshake without facts.
    pub const EMPTY: Handshake<'static> =
        Handshake { info: Info::None(""), env: &[], session: Session::Ok, exit: Exit::Eof };
}

/// The `agentInfo` of an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum Info<'a> {
    /// It has none; the string is the evidence.
    None(&'a str),
    /// Its fields.
    #[cfg_attr(feature = "serde", serde(untagged))]
    Fields {
        /// `name`, exactly.
        name: &'a str,
        /// `title`, exactly; empty when it is not compared.
        title: &'a str,
        /// Whether `version` is the locked version of the first package.
        version_is_pinned: bool,
    },
}

/// The answer to `session/new` with the dummy variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum Session {
    /// A session.
    Ok,
    /// An error with this JSON-RPC code.
    Refused(i32),
}

words! {
    /// The kinds of an answer to `session/new`.
    pub enum SessionKind {
        /// [`Session::Ok`].
        Ok = "ok",
        /// [`Session::Refused`].
        Refused = "refused",
    }
}

impl fmt::Display for Session {
    /// As an entry spells it: `ok`, `refused(-32000)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ok => f.write_str(SessionKind::Ok.word()),
            Self::Refused(code) => write!(f, "{}({code})", SessionKind::Refused.word()),
        }
    }
}

words! {
    /// What makes an agent end.
    pub enum Exit {
        /// The end of its standard input.
        Eof = "eof",
        /// A signal: it goes on when its input has ended.
        Signal = "signal",
    }
}

/// A proof that an install works, checked at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum Proof<'a> {
    /// `initialize` over ACP, answered as the handshake says.
    Acp,
    /// A program that prints exactly this; `{VERSION}` is its locked version.
    #[cfg_attr(feature = "serde", serde(untagged))]
    Version {
        /// The program.
        #[cfg_attr(feature = "serde", serde(rename = "version"))]
        bin: &'a str,
        /// Its arguments.
        args: &'a [&'a str],
        /// What it prints, less white space at both ends.
        output: &'a str,
    },
}

words! {
    /// The kinds of a proof.
    pub enum ProofKind {
        /// [`Proof::Acp`].
        Acp = "acp",
        /// [`Proof::Version`].
        Version = "version",
    }
}

words! {
    /// The result of a question that a probe asks.
    pub enum Outcome {
        /// It holds.
        Proved = "proved",
        /// It does not hold.
        Failed = "failed",
        /// The observations do not decide it.
        Unproven = "unproven",
        /// The machine or the probe itself failed: never kept as evidence.
        Error = "error",
        /// It was measured, and what it depends on has changed since.
        Stale = "stale",
        /// Not measured.
        NotMeasured = "not measured",
        /// Not a question for this agent: no model server can be given to it.
        NotRoutable = "not routable",
    }
}
