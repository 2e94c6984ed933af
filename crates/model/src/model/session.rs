//! What a run chooses for a session: whether tools ask before they run, how hard the model thinks, and which MCP
//! servers it has.

use super::{McpTransport, Off};
use crate::words::words;

/// How an agent runs its tools without asking and without a sandbox of its own.
///
/// The switches are on in every run unless [`Permission::VARIABLE`] is [`Permission::ASK`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission<'a> {
    /// By switches, all of them together.
    Switch {
        /// The id of the ACP mode that the client sets; empty when the launcher does all.
        mode: &'a str,
        /// What the launcher sets.
        off: &'a [Off<'a>],
    },
    /// It has no switch: its tools run without asking in every run. The text is the evidence.
    None(&'a str),
    /// Not tested; the string is the reason.
    Untested(&'a str),
}

words! {
    /// The kinds of a permission. An entry has no word for a switch: it lists the ways.
    pub enum PermissionKind {
        /// [`Permission::Switch`].
        Switch = "switch",
        /// [`Permission::None`].
        None = "none",
        /// [`Permission::Untested`].
        Untested = "untested",
    }
}

impl<'a> Permission<'a> {
    /// The variable by which a run chooses.
    pub const VARIABLE: &'static str = "BENCHFLOW_PERMISSION";

    /// The one value of the variable: tools ask before they run.
    pub const ASK: &'static str = "ask";

    /// The word of an entry for an ACP mode.
    pub const MODE: &'static str = "mode";

    /// Its kind.
    pub const fn kind(&self) -> PermissionKind {
        match self {
            Self::Switch { .. } => PermissionKind::Switch,
            Self::None(_) => PermissionKind::None,
            Self::Untested(_) => PermissionKind::Untested,
        }
    }

    /// Its reason, unless it is a switch.
    pub const fn reason(&self) -> &'a str {
        match self {
            Self::Switch { .. } => "",
            Self::None(reason) | Self::Untested(reason) => reason,
        }
    }

    /// The ACP mode that a client sets unless tools are to ask.
    pub const fn mode(&self) -> &'a str {
        match self {
            Self::Switch { mode, .. } => mode,
            Self::None(_) | Self::Untested(_) => "",
        }
    }

    /// What the launcher sets unless tools are to ask.
    pub const fn off(&self) -> &'a [Off<'a>] {
        match self {
            Self::Switch { off, .. } => off,
            Self::None(_) | Self::Untested(_) => &[],
        }
    }
}

/// Which levels of reasoning effort an agent takes. Its values read the level from the variable `EFFORT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort<'a> {
    /// These levels, from the lowest.
    Levels(&'a [&'a str]),
    /// It has no switch for it; the string is the reason.
    None(&'a str),
    /// Not tested; the string is the reason.
    Untested(&'a str),
}

words! {
    /// The kinds of an effort. An entry has no word for levels: it lists them.
    pub enum EffortKind {
        /// [`Effort::Levels`].
        Levels = "levels",
        /// [`Effort::None`].
        None = "none",
        /// [`Effort::Untested`].
        Untested = "untested",
    }
}

impl<'a> Effort<'a> {
    /// The variable by which a run chooses.
    pub const VARIABLE: &'static str = "BENCHFLOW_REASONING_EFFORT";

    /// Its kind.
    pub const fn kind(&self) -> EffortKind {
        match self {
            Self::Levels(_) => EffortKind::Levels,
            Self::None(_) => EffortKind::None,
            Self::Untested(_) => EffortKind::Untested,
        }
    }

    /// Its reason, unless it has levels.
    pub const fn reason(&self) -> &'a str {
        match self {
            Self::Levels(_) => "",
            Self::None(reason) | Self::Untested(reason) => reason,
        }
    }

    /// The levels that it takes.
    pub const fn levels(&self) -> &'a [&'a str] {
        match self {
            Self::Levels(levels) => levels,
            Self::None(_) | Self::Untested(_) => &[],
        }
    }
}

/// How an agent takes the MCP servers of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mcp<'a> {
    /// By these transports, each in one way.
    Servers {
        /// Over ACP: the client passes them in `mcpServers` of `session/new`.
        acp: &'a [McpTransport],
        /// By a file of the agent, which the launcher writes from the variable [`Mcp::VARIABLE`].
        file: &'a [McpTransport],
    },
    /// It takes none; the string is the reason.
    None(&'a str),
    /// Not tested; the string is the reason.
    Untested(&'a str),
}

words! {
    /// The kinds of an [`Mcp`]. An entry has no word for servers: it lists the ways.
    pub enum McpKind {
        /// [`Mcp::Servers`].
        Servers = "servers",
        /// [`Mcp::None`].
        None = "none",
        /// [`Mcp::Untested`].
        Untested = "untested",
    }
}

words! {
    /// The ways by which MCP servers reach an agent.
    pub enum McpWay {
        /// In `mcpServers` of `session/new`.
        Acp = "acp",
        /// In a file of the agent.
        File = "file",
    }
}

impl<'a> Mcp<'a> {
    /// The variable with the servers for an agent that takes them by a file: a JSON list, as `mcpServers` of
    /// `session/new` is.
    pub const VARIABLE: &'static str = "BENCHFLOW_MCP_SERVERS";

    /// Its kind.
    pub const fn kind(&self) -> McpKind {
        match self {
            Self::Servers { .. } => McpKind::Servers,
            Self::None(_) => McpKind::None,
            Self::Untested(_) => McpKind::Untested,
        }
    }

    /// Its reason, unless it takes servers.
    pub const fn reason(&self) -> &'a str {
        match self {
            Self::Servers { .. } => "",
            Self::None(reason) | Self::Untested(reason) => reason,
        }
    }

    /// The transports of the servers that it takes in one way.
    pub const fn by(&self, way: McpWay) -> &'a [McpTransport] {
        match (self, way) {
            (Self::Servers { acp, .. }, McpWay::Acp) => acp,
            (Self::Servers { file, .. }, McpWay::File) => file,
            (Self::None(_) | Self::Untested(_), _) => &[],
        }
    }

    /// The way by which it takes servers of a transport.
    pub fn way(&self, transport: McpTransport) -> Option<McpWay> {
        McpWay::ALL.into_iter().find(|way| self.by(*way).contains(&transport))
    }

    /// The transports of the servers that it takes, in whatever way.
    pub fn transports(&self) -> Vec<McpTransport> {
        McpTransport::ALL.into_iter().filter(|it| self.way(*it).is_some()).collect()
    }
}
