//! The runtimes of a mirror: the archives that the site names, or substitutes for unavailable ones.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use registry_model::model::{Target, Version};

use super::checksum::Sum;
use super::collect::{Collection, Job};
use super::folder::Folder;
use super::pack;
use super::places::Places;
use super::wanted::{NeededRuntime, Pin, RuntimeKind, file_name, own_target};
use crate::clients::fetch;
use crate::clients::process::CleanEnvironment;
use crate::clients::tools::node_wheel;
use registry_command::console::Console;
use registry_command::failure::{Failure, Outcome};

/// The runtime that the mirror has for a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ChosenRuntime {
    /// Its kind.
    pub kind: RuntimeKind,
    /// The target.
    pub target: Target,
    /// Its path in the mirror.
    pub path: String,
    /// Its version.
    pub version: String,
    /// Its SHA-256.
    pub sha256: String,
    /// Whether it is not the maker's own archive.
    pub substituted: bool,
    /// The shared libraries that it requires of the image, each with its Debian package.
    pub libraries: BTreeMap<String, String>,
}

/// The allowed substitutes for makers' archives.
#[derive(Debug)]
pub(crate) struct Substitutes {
    node: bool,
    /// The folder of a `CPython` of this machine, and its version.
    python: Option<(PathBuf, String)>,
    /// The shared libraries that this `CPython` requires.
    libraries: BTreeMap<String, String>,
}

/// A runtime with its possible paths.
struct Candidate<'a, 's> {
    needed: &'a NeededRuntime<'s>,
    official: Option<Job>,
    /// The path and version of a substitute, if one is allowed.
    substitute: Option<(String, String)>,
}

impl Substitutes {
    /// The substitutes that the command line allows.
    pub(crate) fn new(node: bool, python: Option<&Path>, cell: &CleanEnvironment) -> Outcome<Self> {
        let with_version = |home: &Path| -> Outcome<_> { Ok((home.to_path_buf(), pack::python_version(cell, home)?)) };
        let python = python.map(with_version).transpose()?;
        let libraries =
            python.as_ref().map(|(home, version)| pack::python_libraries(cell, home, version)).transpose()?;
        Ok(Self { node, python, libraries: libraries.unwrap_or_default() })
    }

    /// The path and version of the substitute for a runtime.
    fn of(&self, kind: RuntimeKind, target: Target) -> Option<(String, String)> {
        let path = |name: String| format!("runtimes/{name}-{}-substitute.tar.gz", target.id());
        match kind {
            RuntimeKind::Node(line) => self.node.then(|| (path(format!("node-v{line}")), line.to_string())),
            RuntimeKind::Python => {
                let (_, version) = self.python.as_ref().filter(|_| target == own_target())?;
                Some((path(format!("cpython-{version}")), version.clone()))
            }
        }
    }
}

/// The official archives to fetch, and the runtimes that exist already.
pub(crate) fn look(
    needed: &BTreeMap<(RuntimeKind, &'static str), NeededRuntime<'_>>,
    substitutes: &Substitutes,
    folder: &Folder,
    collection: &mut Collection<'_>,
) -> Outcome<(Vec<ChosenRuntime>, Vec<Job>)> {
    let (mut chosen, mut jobs) = (Vec::new(), Vec::new());
    let mut names: BTreeMap<String, Sum> = BTreeMap::new();
    for needed in needed.values() {
        let candidate = Candidate::new(needed, substitutes);
        if let Some(Job { path, sum, .. }) = &candidate.official
            && names.insert(path.clone(), sum.clone()).is_some_and(|other| other != *sum)
        {
            // An install fetches a runtime from a mirror by its file name.
            return Err(Failure::new(format!("two runtimes of the site have the file name `{}`", file_name(path)))
                .help("give their files different names: a mirror has one folder for them"));
        }
        match candidate.there(substitutes, folder, collection)? {
            Some(it) => chosen.push(it),
            None => jobs.extend(candidate.official),
        }
    }
    Ok((chosen, jobs))
}

impl<'a, 's> Candidate<'a, 's> {
    fn new(needed: &'a NeededRuntime<'s>, substitutes: &Substitutes) -> Self {
        let official = needed.official.map(|it| Job {
            path: format!("runtimes/{}", file_name(&it.url)),
            sum: Sum::Sha256(it.sha256.clone()),
            url: fetch::url(&it.url),
            users: needed.users.clone(),
            may_be_silent: true,
        });
        Self { needed, official, substitute: substitutes.of(needed.kind, needed.target) }
    }

    /// The runtime, if it exists: the official one, else the substitute of an earlier run.
    fn there(
        &self,
        substitutes: &Substitutes,
        folder: &Folder,
        collection: &mut Collection<'_>,
    ) -> Outcome<Option<ChosenRuntime>> {
        if let Some(job) = &self.official
            && collection.holds(&job.path, &job.sum)?
        {
            return Ok(self.official_chosen());
        }
        if let Some((path, version)) = &self.substitute
            && let Some(sum) = folder.noted(path)
            && collection.holds(path, &sum)?
        {
            let Sum::Sha256(sha256) = sum else { return Ok(None) };
            return Ok(Some(self.substitute_chosen(path, version, sha256, substitutes)));
        }
        Ok(None)
    }

    fn official_chosen(&self) -> Option<ChosenRuntime> {
        let (job, runtime) = (self.official.as_ref()?, self.needed.official?);
        Some(ChosenRuntime {
            kind: self.needed.kind,
            target: self.needed.target,
            path: job.path.clone(),
            version: runtime.version.clone(),
            sha256: runtime.sha256.clone(),
            substituted: runtime.substituted,
            libraries: runtime.libraries.clone(),
        })
    }

    fn substitute_chosen(&self, path: &str, version: &str, sha256: String, substitutes: &Substitutes) -> ChosenRuntime {
        let (kind, target) = (self.needed.kind, self.needed.target);
        let libraries = match kind {
            RuntimeKind::Python => substitutes.libraries.clone(),
            RuntimeKind::Node(_) => BTreeMap::new(),
        };
        ChosenRuntime {
            kind,
            target,
            path: path.to_owned(),
            version: version.to_owned(),
            sha256,
            substituted: true,
            libraries,
        }
    }
}

/// Packs substitutes for runtimes that could not be fetched; `failed` has the reasons.
pub(crate) struct Packing<'a> {
    /// The allowed substitutes.
    pub substitutes: &'a Substitutes,
    /// The lookup for the wheels of Node.js.
    pub places: &'a Places<'a>,
    /// The mirror's folder.
    pub folder: &'a Folder,
    /// The console for progress.
    pub console: Console,
}

impl Packing<'_> {
    /// The runtimes that `chosen` does not have yet: the official archive if it was fetched, else a substitute.
    pub(crate) fn complete(
        &self,
        needed: &BTreeMap<(RuntimeKind, &'static str), NeededRuntime<'_>>,
        failed: &BTreeMap<String, String>,
        chosen: &mut Vec<ChosenRuntime>,
        collection: &mut Collection<'_>,
    ) -> Outcome<()> {
        for needed in needed.values() {
            let same = |it: &ChosenRuntime| (it.kind, it.target) == (needed.kind, needed.target);
            if chosen.iter().any(same) {
                continue;
            }
            let candidate = Candidate::new(needed, self.substitutes);
            let why = match &candidate.official {
                None => Some("has no archive of its maker".to_owned()),
                Some(job) => failed.get(&job.path).map(|why| format!("{}: {why}", job.url)),
            };
            let Some(why) = why else {
                chosen.extend(candidate.official_chosen());
                continue;
            };
            let what = format!("{} for {}", needed.kind.name(), needed.target.id());
            let Some((path, version)) = &candidate.substitute else {
                collection.miss(&what, &format!("is unavailable ({why})"), &needed.users);
                continue;
            };
            self.console.step(format!("{what}: {why}; packing a substitute"));
            match self.pack(needed, path, collection)? {
                Ok(sha256) => chosen.push(candidate.substitute_chosen(path, version, sha256, self.substitutes)),
                Err(why) => collection.miss(&what, &format!("has no substitute either: {why}"), &needed.users),
            }
        }
        chosen.sort_by_key(|it| (it.kind, it.target));
        Ok(())
    }

    /// Packs a substitute, and returns its checksum, or why it cannot be packed.
    fn pack(
        &self,
        needed: &NeededRuntime<'_>,
        path: &str,
        collection: &mut Collection<'_>,
    ) -> Outcome<Result<String, String>> {
        let (top, members) = match (needed.kind, &self.substitutes.python) {
            (RuntimeKind::Python, Some((home, version))) => ("python".to_owned(), pack::python(home, version)?),
            // Without an interpreter to pack, no candidate has a substitute.
            (RuntimeKind::Python, None) => return Ok(Err("no CPython was given".to_owned())),
            (RuntimeKind::Node(line), _) => match self.node_members(line, needed.target, collection)? {
                Ok(members) => (format!("node-v{line}-{}", needed.target.id()), members),
                Err(why) => return Ok(Err(why)),
            },
        };
        self.console.progress(format!("packing {path}"));
        let staging = self.folder.staging()?;
        let archive = staging.path().join("runtime.tar.gz");
        pack::pack(&archive, &top, &members)?;
        Ok(Ok(collection.adopt(path, &archive)?.sha256))
    }

    /// Node.js from the pinned wheel for a target, which is fetched, checked and unpacked; or why it is unavailable.
    fn node_members(
        &self,
        line: Version,
        target: Target,
        collection: &mut Collection<'_>,
    ) -> Outcome<Result<pack::Members, String>> {
        let Some(wheel) = node_wheel(line) else { return Ok(Err(format!("Node.js {line} has no wheel"))) };
        let requirement = format!("{}=={}", wheel.name, wheel.version);
        let Some(sha256) = wheel.sha256(target.arch(), target.libc()) else {
            return Ok(Err(format!("`{requirement}` has no wheel for it")));
        };
        let pin = Pin { lock: String::new(), target: target.id(), requirement, source: false };
        let index = self.places.pypi(&BTreeSet::from([pin.clone()]))?;
        let url = match index.url(sha256, &pin.requirement) {
            Ok(url) => url,
            Err(why) => return Ok(Err(format!("`{}` {why}", pin.requirement))),
        };
        let tools = self.places.tools()?;
        let scratch = tools.cell.scratch().folder(&format!("node-{line}-{}", target.id()))?;
        match collection.download(&url, &Sum::Sha256(sha256.to_owned()), &scratch)? {
            Ok(wheel) => {
                tools.unzip(&wheel, &scratch.join("unpacked"))?;
                pack::node(&scratch.join("unpacked")).map(Ok)
            }
            Err(why) => Ok(Err(why)),
        }
    }
}
