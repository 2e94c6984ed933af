//! An MCP server, as a client describes it: how it is reached, and by which parts.

use crate::words::words;

words! {
    /// How an agent reaches an MCP server.
    pub enum McpTransport {
        /// A program that the agent starts; over ACP, every agent must take it.
        Stdio = "stdio",
        /// Streamable HTTP; over ACP, where the agent reports `mcpCapabilities.http`.
        Http = "http",
    }
}

words! {
    /// The parts of an MCP server, as ACP names them
    /// (<https://agentclientprotocol.com/protocol/session-setup#mcp-servers>).
    pub enum ServerPart {
        /// Its name.
        Name = "name",
        /// The program: a path.
        Command = "command",
        /// The arguments of the program: a list of texts.
        Args = "args",
        /// The variables of the program: an object of texts.
        Env = "env",
        /// The URL.
        Url = "url",
        /// The headers of each request: an object of texts.
        Headers = "headers",
    }
}

impl McpTransport {
    /// The parts of a server of this transport.
    pub const fn parts(self) -> &'static [ServerPart] {
        match self {
            Self::Stdio => &[ServerPart::Name, ServerPart::Command, ServerPart::Args, ServerPart::Env],
            Self::Http => &[ServerPart::Name, ServerPart::Url, ServerPart::Headers],
        }
    }
}
