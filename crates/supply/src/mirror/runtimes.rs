//! The runtimes of a mirror: the archives that the site names, or substitutes for unavailable ones.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use registry_model::model::{RuntimeKind, Target, Version};

use super::checksum::Sum;
use super::collect::{Collection, Job};
use super::folder::Folder;
use super::pack;
use super::places::Places;
use super::wanted::{NeededRuntime, Pin, RuntimeLine, file_name};
use crate::clients::fetch;
use crate::clients::process::CleanEnvironment;
use crate::clients::tools::NODE_PACKAGE;
use registry_command::console::Console;
use registry_command::failure::{Failure, Outcome};

/// The runtime that the mirror has for a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ChosenRuntime {
    /// Which one.
    pub line: RuntimeLine,
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
    pythons: Vec<Python>,
}

/// A `CPython` of this machine.
#[derive(Debug)]
struct Python {
    /// Its folder.
    home: PathBuf,
    /// Its version.
    version: String,
    /// The shared libraries that it requires.
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
    pub(crate) fn new(node: bool, pythons: &[PathBuf], cell: &CleanEnvironment) -> Outcome<Self> {
        let read = |home: &PathBuf| -> Outcome<_> {
            let version = pack::python_version(cell, home)?;
            let libraries = pack::python_libraries(cell, home, &version)?;
            Ok(Python { home: home.clone(), version, libraries })
        };
        Ok(Self { node, pythons: pythons.iter().map(read).collect::<Outcome<_>>()? })
    }

    /// The path and version of the substitute for a runtime.
    fn of(&self, (kind, version): RuntimeLine, target: Target) -> Option<(String, String)> {
        let path = |name: String| format!("runtimes/{name}-{}-substitute.tar.gz", target.id());
        match kind {
            RuntimeKind::Node => self.node.then(|| (path(format!("node-v{version}")), version.to_string())),
            RuntimeKind::Python => {
                let version = &self.python(version).filter(|_| target == Target::own())?.version;
                Some((path(format!("cpython-{version}")), version.clone()))
            }
        }
    }

    /// The `CPython` for a line: that of the same line, or for the default line the first one.
    fn python(&self, line: Version) -> Option<&Python> {
        let kind = RuntimeKind::Python;
        let same = |it: &&Python| Version::parse(&it.version).is_some_and(|its| kind.is_one_line(its, line));
        let any = || self.pythons.first().filter(|_| line == kind.default_version());
        self.pythons.iter().find(same).or_else(any)
    }
}

/// The official archives to fetch, and the runtimes that exist already.
pub(crate) fn look(
    needed: &BTreeMap<(RuntimeLine, &'static str), NeededRuntime<'_>>,
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
        Self { needed, official, substitute: substitutes.of(needed.line, needed.target) }
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
            line: self.needed.line,
            target: self.needed.target,
            path: job.path.clone(),
            version: runtime.version.clone(),
            sha256: runtime.sha256.clone(),
            substituted: runtime.substituted,
            libraries: runtime.libraries.clone(),
        })
    }

    fn substitute_chosen(&self, path: &str, version: &str, sha256: String, substitutes: &Substitutes) -> ChosenRuntime {
        let (line, target) = (self.needed.line, self.needed.target);
        let python = substitutes.python(line.1).filter(|_| line.0 == RuntimeKind::Python);
        let libraries = python.map(|it| it.libraries.clone()).unwrap_or_default();
        ChosenRuntime {
            line,
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
        needed: &BTreeMap<(RuntimeLine, &'static str), NeededRuntime<'_>>,
        failed: &BTreeMap<String, String>,
        chosen: &mut Vec<ChosenRuntime>,
        collection: &mut Collection<'_>,
    ) -> Outcome<()> {
        for needed in needed.values() {
            let same = |it: &ChosenRuntime| (it.line, it.target) == (needed.line, needed.target);
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
            let what = format!("{} for {}", needed.line.0.name(needed.line.1), needed.target.id());
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
        chosen.sort_by_key(|it| (it.line, it.target));
        Ok(())
    }

    /// Packs a substitute, and returns its checksum, or why it cannot be packed.
    fn pack(
        &self,
        needed: &NeededRuntime<'_>,
        path: &str,
        collection: &mut Collection<'_>,
    ) -> Outcome<Result<String, String>> {
        let (kind, line) = needed.line;
        let (top, members) = match kind {
            RuntimeKind::Python => match self.substitutes.python(line) {
                Some(Python { home, version, .. }) => ("python".to_owned(), pack::python(home, version)?),
                // Without an interpreter to pack, no candidate has a substitute.
                None => return Ok(Err("no CPython of this line was given".to_owned())),
            },
            RuntimeKind::Node => match self.node_members(line, needed.target, collection)? {
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
        let requirement = format!("{NODE_PACKAGE}=={line}");
        let mut lines = RuntimeKind::Node.lines().iter();
        let Some(sha256) = lines.find(|it| it.version == line).and_then(|it| it.wheel(target)) else {
            return Ok(Err(format!("`{requirement}` has no wheel for it")));
        };
        let pin = Pin::of_tool(target, requirement);
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
