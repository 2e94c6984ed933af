//! What an entry installs, and how its program is started.

use super::Target;
#[cfg(feature = "serde")]
use super::data;
use crate::words::words;

/// One thing that an install puts under the prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "serde", serde(untagged))]
pub enum Artefact<'a> {
    /// A package of the npm registry, with its dependencies.
    Npm(Npm<'a>),
    /// A package of the Python package index, in an environment of its own.
    Pypi(Pypi<'a>),
    /// An archive from a URL, one for each target.
    Archive(Archive<'a>),
    /// A git repository at one commit.
    Git(Git<'a>),
    /// A file shipped with the entry.
    Program(Program<'a>),
    /// Shell text: the last resort.
    Sh(Step<'a>),
}

/// A package of the npm registry; its version and integrity are in the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Npm<'a> {
    /// Its name, with the scope.
    #[cfg_attr(feature = "serde", serde(rename = "npm"))]
    pub package: &'a str,
    /// The program it provides; empty for a package that is only a library.
    pub bin: &'a str,
    /// A command that must run in the package's folder, since install scripts are off; its first word is `node`.
    pub postinstall: &'a [&'a str],
}

/// A package of the Python package index; its version and hashes are in the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Pypi<'a> {
    /// Its name.
    #[cfg_attr(feature = "serde", serde(rename = "pypi"))]
    pub package: &'a str,
    /// The program it provides; empty for a package that is only a library.
    pub bin: &'a str,
    /// The interpreters it runs on, as a PEP 440 specifier with an upper bound: `==3.12.*`.
    pub python: &'a str,
    /// Why it is built from its source distribution; empty for a package that has wheels, as all should.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub source: &'a str,
}

/// An archive from a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Archive<'a> {
    /// The program in it, relative to its top folder.
    #[cfg_attr(feature = "serde", serde(rename = "archive"))]
    pub bin: &'a str,
    /// Where it is, for each target.
    pub downloads: &'a [Download<'a>],
}

/// One file to fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Download<'a> {
    /// The machine it is for.
    pub target: Target,
    /// Where it is; `https` only.
    pub url: &'a str,
    /// Its SHA-256, 64 hexadecimal digits.
    pub sha256: &'a str,
}

/// A git repository at one commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Git<'a> {
    /// Where it is; `https` only.
    #[cfg_attr(feature = "serde", serde(rename = "git"))]
    pub url: &'a str,
    /// The whole commit, 40 hexadecimal digits.
    pub commit: &'a str,
    /// The program in it.
    pub bin: &'a str,
}

/// A file shipped with the entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Program<'a> {
    /// Its file name, which is also the program's name.
    #[cfg_attr(feature = "serde", serde(rename = "program"))]
    pub name: &'a str,
    /// Its content.
    #[cfg_attr(feature = "serde", serde(rename = "bytes", serialize_with = "data::bytes"))]
    #[cfg_attr(feature = "schemars", schemars(with = "usize"))]
    pub text: &'a str,
}

/// Shell text, with what it needs and where it writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Step<'a> {
    /// POSIX shell, run with `-eu` in the agent's own folder; it puts its program into the folder `$BIN`.
    #[cfg_attr(feature = "serde", serde(rename = "sh"))]
    pub script: &'a str,
    /// Folders under the prefix that it writes.
    pub writes: &'a [&'a str],
    /// Tools of the image that it needs.
    pub needs: &'a [&'a str],
    /// The program that it puts into `$BIN`.
    pub bin: &'a str,
}

words! {
    /// How an agent's program is started, by an absolute path.
    pub enum Runs {
        /// A JavaScript file, by the private Node.js.
        Node = "node",
        /// An executable of the machine.
        Native = "native",
        /// A Python program, by the interpreter of its own environment in isolated mode.
        Python = "python",
    }
}

impl Runs {
    /// How a program is started, by its first bytes and else by its name; none where neither says it. The installer's
    /// `programKind` (`crates/scripts/src/payload/common.mjs`) is its twin.
    pub fn of_program(name: &str, head: &[u8]) -> Option<Self> {
        let has_extension = |wanted: &[&str]| name.rsplit_once('.').is_some_and(|(_, it)| wanted.contains(&it));
        let first_line = head.split(|byte| *byte == b'\n').next().filter(|line| line.starts_with(b"#!"));
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let names_node = |line: &[u8]| line.split(|byte| !is_word(byte)).any(|word| word == b"node");
        if head.starts_with(b"\x7fELF") {
            Some(Self::Native)
        } else if has_extension(&["py"]) {
            Some(Self::Python)
        } else if first_line.is_some_and(names_node) || has_extension(&["js", "mjs", "cjs"]) {
            Some(Self::Node)
        } else {
            first_line.map(|_| Self::Native)
        }
    }
}

words! {
    /// The kinds of what an install puts under the prefix.
    pub enum ArtefactKind {
        /// A package of the npm registry.
        Npm = "npm",
        /// A package of the Python package index.
        Pypi = "pypi",
        /// An archive from a URL.
        Archive = "archive",
        /// A git repository at one commit.
        Git = "git",
        /// A file shipped with the entry.
        Program = "program",
        /// Shell text.
        Sh = "sh",
    }
}

impl<'a> Artefact<'a> {
    /// The program it provides; empty when it provides none.
    pub const fn bin(&self) -> &'a str {
        match self {
            Self::Npm(it) => it.bin,
            Self::Pypi(it) => it.bin,
            Self::Archive(it) => it.bin,
            Self::Git(it) => it.bin,
            Self::Program(it) => it.name,
            Self::Sh(it) => it.bin,
        }
    }

    /// Its kind.
    pub const fn kind(&self) -> ArtefactKind {
        match self {
            Self::Npm(_) => ArtefactKind::Npm,
            Self::Pypi(_) => ArtefactKind::Pypi,
            Self::Archive(_) => ArtefactKind::Archive,
            Self::Git(_) => ArtefactKind::Git,
            Self::Program(_) => ArtefactKind::Program,
            Self::Sh(_) => ArtefactKind::Sh,
        }
    }

    /// The package that the lock must hold, with its ecosystem (`npm` or `pypi`).
    pub const fn package(&self) -> Option<(&'static str, &'a str)> {
        match self {
            Self::Npm(it) => Some((ArtefactKind::Npm.word(), it.package)),
            Self::Pypi(it) => Some((ArtefactKind::Pypi.word(), it.package)),
            Self::Archive(_) | Self::Git(_) | Self::Program(_) | Self::Sh(_) => None,
        }
    }
}
