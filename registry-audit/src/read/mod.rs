//! Reading a tree: which files count, and what each of them says.

pub(crate) mod config;
pub(crate) mod datum;
pub(crate) mod docs;
pub(crate) mod entry;
pub(crate) mod manifest;
pub(crate) mod runner;
pub(crate) mod script;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::checks::{D001, D002};
use crate::finding::{Findings, Place};
use crate::known::Known;
use crate::report::Read;
use crate::source::Source;
use crate::tree::{Kind, Tree, shown, walk};

use config::Config;
use docs::Docs;
use entry::AcpEntry;
use manifest::Manifest;
use runner::Runner;
use script::Script;

/// What a tree says of agents.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    pub(crate) manifests: Vec<Manifest>,
    pub(crate) entries: Vec<AcpEntry>,
    pub(crate) scripts: Vec<Script>,
    /// Integration suites, by the folder that each is in.
    pub(crate) suites: BTreeMap<String, Suite>,
}

/// An integration suite in its places.
#[derive(Debug, Default)]
pub(crate) struct Suite {
    pub(crate) configs: Vec<Config>,
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
}

/// Where the reference harness has its suite.
const CONFIGS: &str = "tests/integration/configs";
const RUNNER: &str = "tests/integration/run.sh";
const DOCS: &str = "docs/integration-tests.md";

/// The runner's part of a generated suite; its configurations lie in a folder beside it.
const GENERATED: &str = "suite.sh";
const BESIDE: &str = "configs";

/// Bytes that are read of a file: manifests hold whole installers.
const BYTES: u64 = 4 << 20;

/// Bytes of a file of YAML, whose parser is the slowest.
const BYTES_OF_YAML: u64 = 256 << 10;

impl Contents {
    /// How much was read.
    pub(crate) fn counts(&self) -> Read {
        let suites = || self.suites.values();
        Read {
            manifests: self.manifests.len(),
            entries: self.entries.len(),
            scripts: self.scripts.len(),
            configs: suites().map(|it| it.configs.len()).sum(),
            runners: suites().filter(|it| it.runner.is_some()).count(),
            documents: suites().filter(|it| it.docs.is_some()).count(),
        }
    }
}

/// Reads all of a tree that counts.
pub(crate) fn read(tree: &dyn Tree, known: &Known<'_>, findings: &mut Findings) -> Contents {
    let mut contents = Contents::default();
    let (found, left) = walk(tree);
    for (path, why) in left {
        findings.add(&D001, &Place::start(&shown(&path).into()), why);
    }
    let generated = found.iter().filter(|it| it.path.file_name().is_some_and(|name| name == GENERATED));
    let suites: BTreeSet<PathBuf> = generated.filter_map(|it| it.path.parent().map(Path::to_path_buf)).collect();
    let classed: Vec<_> = found.into_iter().filter_map(|it| Some((class(&it.path, &suites)?, it))).collect();
    // Where manifests, entries or a suite are, other scripts are the tree's own business.
    let plain = classed.iter().all(|(class, it)| *class == Class::Script || it.kind == Kind::Other);
    for (class, found) in classed {
        let file: Rc<str> = shown(&found.path).into();
        if class == Class::Script && !plain && !script::installs(&file, known) {
            continue;
        }
        match found.kind {
            Kind::File(_) => {}
            Kind::Link => {
                findings.add(&D001, &Place::start(&file), "it is a symbolic link, and no link is followed");
                continue;
            }
            Kind::Folder | Kind::Other => {
                findings.add(&D001, &Place::start(&file), "it is no plain file");
                continue;
            }
        }
        let limit = if class == Class::Config { BYTES_OF_YAML } else { BYTES };
        match bytes(tree, &found.path, limit) {
            Ok(bytes) => contents.take(class, &file, bytes, findings),
            Err(why) => findings.add(&D001, &Place::start(&file), why),
        }
    }
    contents
}

fn bytes(tree: &dyn Tree, path: &Path, limit: u64) -> Result<Vec<u8>, String> {
    let bytes = tree.read(path, limit)?;
    if bytes.len() as u64 > limit {
        return Err(format!("it has more than {limit} bytes; no such file has so many"));
    }
    Ok(bytes)
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
        GENERATED => Class::Runner,
        _ if ends(RUNNER) => Class::Runner,
        _ if ends(DOCS) => Class::Docs,
        _ if in_configs && has_extension(path, &["yaml", "yml"]) => Class::Config,
        // The links that hide a whole place.
        _ if ends(CONFIGS) => Class::Config,
        _ if has_extension(path, &["sh"]) => Class::Script,
        _ => return None,
    })
}

fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    path.extension().is_some_and(|it| extensions.iter().any(|extension| it == *extension))
}

impl Contents {
    fn take(&mut self, class: Class, file: &Rc<str>, bytes: Vec<u8>, findings: &mut Findings) {
        let bytes = without_mark(file, bytes, findings);
        if class == Class::Script {
            self.scripts.push(Script::new(file, bytes));
            return;
        }
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let offset = error.utf8_error().valid_up_to();
                let lossy = String::from_utf8_lossy(error.as_bytes()).into_owned();
                let source = Source::new(file, lossy);
                findings.add(&D001, &source.place(offset), "it is no UTF-8");
                return;
            }
        };
        let source = Source::new(file, text);
        // A suite is known by the folder that its parts have in common.
        let root = || {
            let parts = [CONFIGS, RUNNER, DOCS, BESIDE, GENERATED];
            let cut = parts.iter().find_map(|part| Some(file.rsplit_once(*part)?.0));
            cut.unwrap_or_default().to_owned()
        };
        let outcome = match class {
            Class::Manifest => Manifest::read(&source).map(|it| self.manifests.push(it)),
            Class::Entry => AcpEntry::read(&source).map(|it| self.entries.push(it)),
            Class::Config => Config::read(&source).map(|it| {
                self.suites.entry(root()).or_default().configs.push(it);
            }),
            Class::Runner => {
                let runner = Runner::read(&source);
                for place in runner.unread() {
                    let message = format!("it has no `{place}` that can be read, so nothing is held against it");
                    findings.add_with_help(
                        &D001,
                        &Place::start(file),
                        message,
                        "write it as an array, or a function with a `case`",
                    );
                }
                self.suites.entry(root()).or_default().runner = Some(runner);
                Ok(())
            }
            Class::Docs => {
                self.suites.entry(root()).or_default().docs = Some(Docs::read(&source));
                Ok(())
            }
            Class::Script => Ok(()),
        };
        if let Err((why, offset)) = outcome {
            findings.add(&D001, &source.place(offset), why);
        }
    }
}

/// The bytes without a byte-order mark; that and carriage returns are told.
fn without_mark(file: &Rc<str>, bytes: Vec<u8>, findings: &mut Findings) -> Vec<u8> {
    if let Some(at) = bytes.iter().position(|byte| *byte == b'\r') {
        let before = bytes.get(..at).unwrap_or_default();
        let line = before.split(|byte| *byte == b'\n').count();
        let place = Place { file: Rc::clone(file), line, column: 1 };
        findings.add(
            &D002,
            &place,
            "the line ends in a carriage return, which a shell takes for a part of its last word",
        );
    }
    match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => {
            findings.add(&D002, &Place::start(file), "the file begins with a byte-order mark");
            rest.to_vec()
        }
        None => bytes,
    }
}
