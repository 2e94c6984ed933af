//! What needs an async runtime: sandboxed runs of real agents, and dialogues with them over ACP.
//!
//! It holds no rules, no rendering and no command line. `gen-scripts` does not compile it: `xtask` depends on it by its
//! feature `live` alone.
//!
//! ```
//! use registry_live::sandbox::SandboxKind;
//!
//! assert_eq!(SandboxKind::from_word("bwrap"), Some(SandboxKind::Bwrap));
//! assert_eq!(SandboxKind::from_word("chroot"), None);
//! ```

pub mod dialogue;
pub mod discovery;
pub mod model_server;
pub mod probe;
pub mod report;
pub mod sandbox;
pub mod verify;

mod process;
mod run;
mod text;

use std::fmt;

/// Why a command could not run at all: the message, and the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What prevents it.
    pub message: String,
    /// The way out.
    pub help: String,
}

impl Failure {
    /// A refusal with its way out.
    pub fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\nhelp: {}", self.message, self.help)
    }
}

impl core::error::Error for Failure {}
