//! Reading a tree: which files are checked, and what each contains.

pub(crate) mod config;
pub(crate) mod datum;
mod docker;
pub(crate) mod docs;
pub(crate) mod entry;
pub(crate) mod feature;
pub(crate) mod manifest;
pub(crate) mod runner;
pub(crate) mod script;
mod workflow;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::allow::{self, Allow};
use crate::diagnostic::DiagnosticPlace;
use crate::excerpt::Files;
use crate::language::Language;
use crate::peers::Peers;
use crate::registry_facts::RegistryFacts;
use crate::source::Source;
use crate::tree::{EntryKind, Found, Tree, shown, walk};

use config::Config;
use docs::Docs;
use entry::AcpEntry;
use feature::Feature;
use manifest::Manifest;
use runner::Runner;
use script::Script;

/// How many of each kind of file were read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// Agent manifests.
    pub manifests: usize,
    /// Entries of the public ACP registry.
    pub entries: usize,
    /// Install scripts.
    pub scripts: usize,
    /// Dockerfiles.
    pub dockerfiles: usize,
    /// Workflows and actions of GitHub.
    pub workflows: usize,
    /// Dev Container features.
    pub features: usize,
    /// Configurations of an integration suite.
    pub configs: usize,
    /// Runners of an integration suite.
    pub runners: usize,
    /// Pages about an integration suite.
    pub documents: usize,
}

impl Read {
    /// Adds the numbers of another report.
    pub(crate) fn add(&mut self, other: Self) {
        let Self { manifests, entries, scripts, dockerfiles, workflows, features, configs, runners, documents } = other;
        self.dockerfiles += dockerfiles;
        self.workflows += workflows;
        self.features += features;
        self.manifests += manifests;
        self.entries += entries;
        self.scripts += scripts;
        self.configs += configs;
        self.runners += runners;
        self.documents += documents;
    }

    /// The numbers with their words, those of which there is one at least.
    pub fn counts(&self) -> Vec<(usize, &'static str)> {
        let Self { manifests, entries, scripts, dockerfiles, workflows, features, configs, runners, documents } = *self;
        let all = [
            (manifests, "manifest"),
            (entries, "ACP entry"),
            (scripts, "script"),
            (dockerfiles, "Dockerfile"),
            (workflows, "workflow"),
            (features, "feature"),
            (configs, "suite config"),
            (runners, "suite runner"),
            (documents, "suite page"),
        ];
        all.into_iter().filter(|(number, _)| *number > 0).collect()
    }
}

/// The contents of a tree that concern agents.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    pub(crate) manifests: Vec<Manifest>,
    pub(crate) entries: Vec<AcpEntry>,
    pub(crate) scripts: Vec<Script>,
    pub(crate) features: Vec<Feature>,
    /// The agents of the tree's own registry in Python.
    pub(crate) peers: Peers,
    /// How many Dockerfiles and workflows were read; their scripts are among the scripts.
    pub(crate) others: (usize, usize),
    /// Integration suites, by the folder that each is in.
    pub(crate) suites: BTreeMap<String, Suite>,
    /// What could not be read.
    pub(crate) unread: Vec<Unread>,
    /// The bytes of every file that was read.
    pub(crate) files: Files,
    /// The comments in them that allow findings.
    pub(crate) allows: Vec<Allow>,
    /// Bytes that are not of a file's text: where, and what they are.
    pub(crate) foreign: Vec<(DiagnosticPlace, &'static str)>,
}

/// A file or a part of one that could not be read.
#[derive(Debug)]
pub(crate) struct Unread {
    pub(crate) place: DiagnosticPlace,
    pub(crate) why: String,
    /// A specific help, if there is one.
    pub(crate) help: Option<&'static str>,
}

/// An integration suite in its places.
#[derive(Debug, Default)]
pub(crate) struct Suite {
    pub(crate) configs: Vec<Config>,
    /// The names of configurations that exist and could not be read: they are not reported as missing.
    pub(crate) unread: Vec<String>,
    pub(crate) runner: Option<Runner>,
    pub(crate) docs: Option<Docs>,
}

/// What a file is for, by its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Manifest,
    Entry,
    Config,
    Runner,
    Docs,
    Script,
    Dockerfile,
    Workflow,
    Feature,
    Registry,
}

impl Class {
    /// Whether it is a script or holds scripts, which may be about anything.
    fn is_plain(self) -> bool {
        matches!(self, Self::Script | Self::Dockerfile | Self::Workflow | Self::Registry)
    }
}

/// Where the reference harness has its suite.
const CONFIGS: &str = "tests/integration/configs";
const RUNNER: &str = "tests/integration/run.sh";
const DOCS: &str = "docs/integration-tests.md";

/// Where it has its agents.
const REGISTRY: &str = "agents/registry.py";

/// The runner's part of a generated suite; its configurations are in a folder next to it.
const GENERATED: &str = "suite.sh";
const BESIDE: &str = "configs";

/// Bytes that are read of a file: manifests hold whole installers.
const BYTES: u64 = 4 << 20;

/// Bytes of a file of YAML, whose parser is the slowest.
const BYTES_OF_YAML: u64 = 256 << 10;

impl Contents {
    /// Reads every script as one language.
    pub(crate) fn read_as(&mut self, language: Option<Language>) {
        for script in self.scripts.iter_mut().filter(|_| language.is_some()) {
            script.language = language.unwrap_or(script.language);
        }
    }

    /// The agents of the tree's own list; `None` when it has none.
    pub(crate) fn own_agents(&self) -> Option<Peers> {
        let mut peers = self.peers.clone();
        for manifest in &self.manifests {
            let Some(name) = manifest.name() else { continue };
            peers.add(name);
            for alias in manifest.table.get("aliases").map(|it| it.value.texts()).unwrap_or_default() {
                peers.add_alias(alias.value, name);
            }
        }
        for id in self.entries.iter().filter_map(|entry| entry.table.text("id")) {
            peers.add(id.value);
        }
        if peers.is_empty() {
            let runners = self.suites.values().filter_map(|suite| suite.runner.as_ref());
            for name in runners.filter_map(|runner| runner.list.as_ref()).flat_map(|list| &list.value) {
                peers.add(&name.value);
            }
        }
        (!peers.is_empty()).then_some(peers)
    }

    /// How much was read.
    pub(crate) fn counts(&self) -> Read {
        let suites = || self.suites.values();
        Read {
            manifests: self.manifests.len(),
            entries: self.entries.len(),
            scripts: self.scripts.iter().filter(|it| it.is_file()).count(),
            dockerfiles: self.others.0,
            workflows: self.others.1,
            features: self.features.len(),
            configs: suites().map(|it| it.configs.len()).sum(),
            runners: suites().filter(|it| it.runner.is_some()).count(),
            documents: suites().filter(|it| it.docs.is_some()).count(),
        }
    }
}

/// Reads all of a tree that counts.
pub(crate) fn read(tree: &dyn Tree, facts: &RegistryFacts<'_>) -> Contents {
    let mut contents = Contents::default();
    let (found, left) = walk(tree);
    for (path, why) in left {
        contents.unread.push(Unread { place: DiagnosticPlace::start(&shown(&path).into()), why, help: None });
    }
    let generated = found.iter().filter(|it| it.path.file_name().is_some_and(|name| name == GENERATED));
    let suites: BTreeSet<PathBuf> = generated.filter_map(|it| it.path.parent().map(Path::to_path_buf)).collect();
    let classed: Vec<_> = found.into_iter().filter_map(|it| Some((class(&it.path, &suites)?, it))).collect();
    // In a tree with manifests, entries or a suite, other scripts are not checked.
    let plain = classed.iter().all(|(class, _)| class.is_plain());
    let features: BTreeSet<PathBuf> = classed
        .iter()
        .filter(|(class, _)| *class == Class::Feature)
        .filter_map(|(_, found)| found.path.parent().map(|folder| folder.join("install.sh")))
        .collect();
    for (class, found) in classed {
        let file: Rc<str> = shown(&found.path).into();
        if class.is_plain()
            && class != Class::Registry
            && !plain
            && !features.contains(&found.path)
            && !script::installs(&file, facts)
        {
            continue;
        }
        let bytes = bytes(tree, &found, class).map_err(|why| (why, DiagnosticPlace::start(&file)));
        if let Err((why, place)) = bytes.and_then(|bytes| contents.take(class, &file, bytes)) {
            contents.unread.push(Unread { place, why, help: None });
            if class == Class::Config {
                let name = config::stem(&file).to_owned();
                contents.suites.entry(root(&file)).or_default().unread.push(name);
            }
        }
    }
    contents
}

/// Reads one given file: a manifest or a script.
pub(crate) fn read_one(name: &str, bytes: Vec<u8>, is_manifest: bool) -> Contents {
    let mut contents = Contents::default();
    let by_name =
        class(Path::new(name), &BTreeSet::new()).filter(|class| matches!(class, Class::Dockerfile | Class::Workflow));
    let class = if is_manifest { Class::Manifest } else { by_name.unwrap_or(Class::Script) };
    if let Err((why, place)) = contents.take(class, &name.into(), bytes) {
        contents.unread.push(Unread { place, why, help: None });
    }
    contents
}

/// The bytes of a plain file of no more than there may be.
fn bytes(tree: &dyn Tree, found: &Found, class: Class) -> Result<Vec<u8>, String> {
    match found.kind {
        EntryKind::File(_) => {}
        EntryKind::Link => return Err("it is a symbolic link, and links are not followed".to_owned()),
        EntryKind::Folder | EntryKind::Other => return Err("it is not a regular file".to_owned()),
    }
    let limit = if matches!(class, Class::Config | Class::Workflow) { BYTES_OF_YAML } else { BYTES };
    let bytes = tree.read(&found.path, limit)?;
    if bytes.len() as u64 > limit {
        return Err(format!("it is larger than the limit of {limit} bytes"));
    }
    Ok(bytes)
}

/// The folder that the parts of a suite have in common.
fn root(file: &str) -> String {
    let parts = [CONFIGS, RUNNER, DOCS, BESIDE, GENERATED];
    let cut = parts.iter().find_map(|part| Some(file.rsplit_once(*part)?.0));
    cut.unwrap_or_default().to_owned()
}

/// What a path is for; `suites` are the folders of generated suites.
fn class(path: &Path, suites: &BTreeSet<PathBuf>) -> Option<Class> {
    let text = shown(path);
    let (folder, name) = text.rsplit_once('/').unwrap_or(("", &text));
    let ends = |tail: &str| text.strip_suffix(tail).is_some_and(|root| root.is_empty() || root.ends_with('/'));
    let beside = |folder: &Path| folder.ends_with(BESIDE) && folder.parent().is_some_and(|it| suites.contains(it));
    let in_configs = folder.strip_suffix(CONFIGS).is_some_and(|root| root.is_empty() || root.ends_with('/'))
        || path.parent().is_some_and(beside);
    Some(match name {
        "manifest.toml" => Class::Manifest,
        "agent.json" => Class::Entry,
        feature::FILE => Class::Feature,
        GENERATED => Class::Runner,
        _ if ends(RUNNER) => Class::Runner,
        _ if ends(REGISTRY) => Class::Registry,
        _ if ends(DOCS) => Class::Docs,
        _ if in_configs && has_extension(path, &["yaml", "yml"]) => Class::Config,
        // The links that hide a whole place.
        _ if ends(CONFIGS) => Class::Config,
        "action.yml" | "action.yaml" => Class::Workflow,
        _ if folder.ends_with(".github/workflows") && has_extension(path, &["yaml", "yml"]) => Class::Workflow,
        "Dockerfile" | "Containerfile" => Class::Dockerfile,
        _ if name.starts_with("Dockerfile.") || has_extension(path, &["dockerfile", "Dockerfile"]) => Class::Dockerfile,
        _ if has_extension(path, &["sh", "bash"]) => Class::Script,
        _ => return None,
    })
}

fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    path.extension().is_some_and(|it| extensions.iter().any(|extension| it == *extension))
}

impl Contents {
    /// Reads a file; on a fault, what is wrong and where.
    fn take(&mut self, class: Class, file: &Rc<str>, bytes: Vec<u8>) -> Result<(), (String, DiagnosticPlace)> {
        let bytes = self.without_mark(file, bytes);
        self.allows.extend(allow::read(file, &bytes));
        self.files.insert(Rc::clone(file), bytes.as_slice().into());
        if class == Class::Script {
            self.scripts.push(Script::new(file, bytes));
            return Ok(());
        }
        let source = source(file, bytes)?;
        let fault = |(why, offset): (String, usize)| (why, source.place(offset));
        match class {
            Class::Manifest => self.manifests.push(Manifest::read(&source).map_err(fault)?),
            Class::Entry => self.entries.push(AcpEntry::read(&source).map_err(fault)?),
            Class::Config => self.suite(file).configs.push(Config::read(&source).map_err(fault)?),
            Class::Runner => {
                let runner = Runner::read(&source);
                self.unread.extend(runner.unread().into_iter().map(|place| unread_part(&source, place)));
                self.suite(file).runner = Some(runner);
            }
            Class::Docs => self.suite(file).docs = Some(Docs::read(&source)),
            Class::Dockerfile => {
                self.scripts.extend(docker::scripts(&source));
                self.others.0 += 1;
            }
            Class::Workflow => {
                self.scripts.extend(workflow::scripts(&source).map_err(fault)?);
                self.others.1 += 1;
            }
            Class::Registry => self.peers.add_python(&source.text),
            Class::Feature => self.features.push(Feature::read(&source).map_err(fault)?),
            Class::Script => {}
        }
        Ok(())
    }

    /// The suite that a file is a part of.
    fn suite(&mut self, file: &str) -> &mut Suite {
        self.suites.entry(root(file)).or_default()
    }

    /// The bytes without a byte-order mark; that and carriage returns are kept as what they are.
    fn without_mark(&mut self, file: &Rc<str>, bytes: Vec<u8>) -> Vec<u8> {
        if let Some(at) = bytes.iter().position(|byte| *byte == b'\r') {
            let before = bytes.get(..at).unwrap_or_default();
            let line = before.split(|byte| *byte == b'\n').count();
            let place = DiagnosticPlace { file: Rc::clone(file), line, column: 1 };
            self.foreign.push((place, "the line contains a carriage return, which a shell parses as part of a word"));
        }
        match bytes.strip_prefix(b"\xef\xbb\xbf") {
            Some(rest) => {
                self.foreign.push((DiagnosticPlace::start(file), "the file begins with a byte-order mark"));
                rest.to_vec()
            }
            None => bytes,
        }
    }
}

/// The text of a file.
fn source(file: &Rc<str>, bytes: Vec<u8>) -> Result<Source, (String, DiagnosticPlace)> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let source = Source::new(file, String::from_utf8_lossy(error.as_bytes()).into_owned());
        ("it is not UTF-8".to_owned(), source.place(error.utf8_error().valid_up_to()))
    })?;
    Ok(Source::new(file, text))
}

/// Reports the missing parts of a runner, since nothing is compared with them.
fn unread_part(source: &Source, place: &str) -> Unread {
    let why = format!("cannot parse `{place}` in it");
    let help = Some("write it as an array, or as a function with a `case`");
    Unread { place: DiagnosticPlace::start(&source.file), why, help }
}
