//! A host, and the sandbox that it gives.

use std::fmt;
use std::path::PathBuf;

/// A kind of sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// bwrap over an overlay; needs root.
    Bwrap,
    /// A container of Docker. Nobody has run it yet: see the page on `verify`.
    Docker,
}

impl Kind {
    /// Every kind, the preferred first.
    pub const ALL: [Self; 2] = [Self::Bwrap, Self::Docker];

    /// The kind of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.to_string() == word)
    }
}

/// A host, and the sandbox that it gives.
#[derive(Clone, Debug)]
pub struct Host {
    pub(crate) kind: Kind,
    pub(crate) version: String,
    pub(crate) root: PathBuf,
    pub(crate) image: String,
    pub(crate) uid: u32,
    /// Whether refused writes can be recorded.
    pub(crate) traces: bool,
}

impl Host {
    /// What it is, in a line.
    pub fn describe(&self) -> String {
        match self.kind {
            Kind::Bwrap => format!("{} over {}", self.version, self.root.display()),
            Kind::Docker => format!("docker {}, image {} (nobody has run this sandbox yet)", self.version, self.image),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bwrap => "bwrap",
            Self::Docker => "docker",
        })
    }
}
