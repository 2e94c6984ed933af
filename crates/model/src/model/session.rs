//! What a run chooses for a session: whether tools ask before they run, how hard the model thinks, and which MCP
//! servers it has.

use super::{Off, words};

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

/// How an agent takes the MCP servers of its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mcp<'a> {
    /// Over ACP, as `mcpServers` of `session/new`, by these transports.
    Acp(&'a [McpTransport]),
    /// It takes none; the string is the reason.
    None(&'a str),
    /// Not tested; the string is the reason.
    Untested(&'a str),
}

words! {
    /// The kinds of an [`Mcp`].
    pub enum McpKind {
        /// [`Mcp::Acp`].
        Acp = "acp",
        /// [`Mcp::None`].
        None = "none",
        /// [`Mcp::Untested`].
        Untested = "untested",
    }
}

words! {
    /// How an agent reaches an MCP server.
    pub enum McpTransport {
        /// A program that the agent starts; every agent must take it.
        Stdio = "stdio",
        /// Streamable HTTP, where the agent reports `mcpCapabilities.http`.
        Http = "http",
    }
}

impl<'a> Mcp<'a> {
    /// Its kind.
    pub const fn kind(&self) -> McpKind {
        match self {
            Self::Acp(_) => McpKind::Acp,
            Self::None(_) => McpKind::None,
            Self::Untested(_) => McpKind::Untested,
        }
    }

    /// Its reason, unless it takes servers.
    pub const fn reason(&self) -> &'a str {
        match self {
            Self::Acp(_) => "",
            Self::None(reason) | Self::Untested(reason) => reason,
        }
    }

    /// The transports of the servers that it takes.
    pub const fn transports(&self) -> &'a [McpTransport] {
        match self {
            Self::Acp(transports) => transports,
            Self::None(_) | Self::Untested(_) => &[],
        }
    }
}
