//! A host, and the sandbox that it gives.

use std::fmt;
use std::path::{Path, PathBuf};

use registry_model::model::Target;

use super::engine::Engine;

/// A kind of sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SandboxKind {
    /// bwrap over an overlay; needs root.
    Bwrap,
    /// A container of Docker; needs root.
    Docker,
    /// A container of Podman; needs root.
    Podman,
}

impl SandboxKind {
    /// Every kind, the preferred first.
    pub const ALL: [Self; 3] = [Self::Bwrap, Self::Docker, Self::Podman];

    /// The kind of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.to_string() == word)
    }

    /// The engine of a container.
    pub(super) const fn engine(self) -> Option<Engine> {
        match self {
            Self::Bwrap => None,
            Self::Docker => Some(Engine::Docker),
            Self::Podman => Some(Engine::Podman),
        }
    }
}

/// What is asked of a host.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// The kind of sandbox; the first that works, when there is none.
    pub kind: Option<SandboxKind>,
    /// The root to install over, for bwrap.
    pub root: Option<&'a Path>,
    /// The image to install over, for a container.
    pub image: Option<&'a str>,
    /// The engine's network for installs that must reach out, for a container.
    pub network: Option<&'a str>,
}

/// A host, and the sandbox that it gives.
#[derive(Clone, Debug)]
pub struct Host {
    pub(crate) kind: SandboxKind,
    pub(crate) version: String,
    pub(crate) root: PathBuf,
    pub(crate) image: String,
    /// The engine's network for installs; its own default, when there is none.
    pub(crate) network: Option<String>,
    /// What agents must have been built for.
    pub(crate) target: Target,
    pub(crate) uid: u32,
    /// Whether refused writes can be recorded.
    pub(crate) traces: bool,
}

impl Host {
    /// What it is, in a line.
    pub fn describe(&self) -> String {
        match self.kind {
            SandboxKind::Bwrap => format!("{} over {}", self.version, self.root.display()),
            SandboxKind::Docker | SandboxKind::Podman => {
                format!("{} {}, image {}", self.kind, self.version, self.image)
            }
        }
    }

    /// The target that agents are installed for here.
    pub fn target(&self) -> Target {
        self.target
    }
}

impl fmt::Display for SandboxKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bwrap => "bwrap",
            Self::Docker => "docker",
            Self::Podman => "podman",
        })
    }
}
