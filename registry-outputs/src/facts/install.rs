//! What an agent installs, and what its lock says of it.

use registry_core::model::{self, Agent, Lock, Target};
use serde::Serialize;

/// One thing that an install puts under the prefix.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Artefact<'a> {
    /// A package of the npm registry.
    Npm {
        /// Its name, with the scope.
        npm: &'a str,
        /// The program that it provides.
        bin: &'a str,
        /// A command that must run in its folder.
        postinstall: &'a [&'a str],
    },
    /// A package of the Python package index.
    Pypi {
        /// Its name.
        pypi: &'a str,
        /// The program that it provides.
        bin: &'a str,
        /// The interpreters that it runs on.
        python: &'a str,
    },
    /// An archive from a URL.
    Archive {
        /// The program in it.
        archive: &'a str,
        /// Where it is, for each target.
        downloads: Vec<Download<'a>>,
    },
    /// A git repository at one commit.
    Git {
        /// Where it is.
        git: &'a str,
        /// The whole commit.
        commit: &'a str,
        /// The program in it.
        bin: &'a str,
    },
    /// A file shipped with the entry.
    Program {
        /// Its name.
        program: &'a str,
        /// Its size.
        bytes: usize,
    },
    /// Shell text.
    Sh {
        /// The text.
        sh: &'a str,
        /// Folders under the prefix that it writes.
        writes: &'a [&'a str],
        /// Tools of the image that it needs.
        needs: &'a [&'a str],
        /// The program that it makes.
        bin: &'a str,
    },
}

/// One file to fetch.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
pub struct Download<'a> {
    /// The machine it is for.
    pub target: &'static str,
    /// Where it is.
    pub url: &'a str,
    /// Its checksum.
    pub sha256: &'a str,
}

/// What a lock says, but for the whole tree.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Locked<'a> {
    /// It was read.
    Read {
        /// The packages that the entry names.
        packages: Vec<Package<'a>>,
        /// How many packages the npm tree has.
        npm_tree: usize,
        /// How many wheels and source distributions there are.
        python_files: usize,
        /// What could not be fetched.
        unavailable: Vec<Unavailable<'a>>,
    },
    /// It cannot be read.
    Unreadable {
        /// Why.
        error: String,
    },
}

/// A package with its exact version and checksum.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
pub struct Package<'a> {
    /// `npm` or `pypi`.
    pub ecosystem: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its version.
    pub version: &'a str,
    /// Its checksum; `-` when it could not be had.
    pub integrity: &'a str,
}

/// Something that could not be fetched when the lock was written.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "make", derive(schemars::JsonSchema))]
pub struct Unavailable<'a> {
    /// The target; none for all of them.
    pub target: Option<&'static str>,
    /// When that was seen.
    pub date: &'a str,
    /// Why.
    pub reason: &'a str,
}

impl<'a> Artefact<'a> {
    /// The facts of an artefact.
    pub(super) fn new(artefact: &model::Artefact<'a>) -> Self {
        match artefact {
            model::Artefact::Npm(it) => Self::Npm { npm: it.package, bin: it.bin, postinstall: it.postinstall },
            model::Artefact::Pypi(it) => Self::Pypi { pypi: it.package, bin: it.bin, python: it.python },
            model::Artefact::Archive(it) => {
                let download =
                    |it: &model::Download<'a>| Download { target: it.target.id(), url: it.url, sha256: it.sha256 };
                Self::Archive { archive: it.bin, downloads: it.downloads.iter().map(download).collect() }
            }
            model::Artefact::Git(it) => Self::Git { git: it.url, commit: it.commit, bin: it.bin },
            model::Artefact::Program(it) => Self::Program { program: it.name, bytes: it.text.len() },
            model::Artefact::Sh(it) => Self::Sh { sh: it.script, writes: it.writes, needs: it.needs, bin: it.bin },
        }
    }
}

/// What the lock of an agent says; none where there is no lock.
pub(super) fn locked<'a>(agent: &Agent<'a>) -> Option<Locked<'a>> {
    match Lock::parse(agent.lock) {
        Err(_) if agent.lock.is_empty() => None,
        Err(error) => Some(Locked::Unreadable { error: error.to_string() }),
        Ok(lock) => Some(read(&lock)),
    }
}

fn read<'a>(lock: &Lock<'a>) -> Locked<'a> {
    let package = |it: &model::LockedPackage<'a>| Package {
        ecosystem: it.ecosystem,
        name: it.name,
        version: it.version,
        integrity: it.integrity,
    };
    let unavailable = |it: &model::Unavailable<'a>| Unavailable {
        target: it.target.map(Target::id),
        date: it.date,
        reason: it.reason,
    };
    Locked::Read {
        packages: lock.packages.iter().map(package).collect(),
        npm_tree: lock.npm.len(),
        python_files: lock.wheels.len(),
        unavailable: lock.unavailable.iter().map(unavailable).collect(),
    }
}
