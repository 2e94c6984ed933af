//! A test registry, a correct tree for it, and audits of that tree with changes.

#![allow(clippy::expect_used, reason = "a test panics on failure")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use registry_audit::{Entry, EntryKind, Report, Tree, audit};
use registry_model::model::{
    Agent, Artefact, Auth, Credential, Endpoint, Family, Mapping, ModelDelivery, ModelIdFormat, ModelReference, Npm,
    Off, Protocol, Provider, ProxyMode, Registry, Suite, UrlParameter, Via, WebPolicy,
};
use registry_model::template::Template;
use registry_tests::{sources, workspace};

const ALPHA: Agent<'static> = Agent {
    name: "alpha",
    description: "An agent that is made up.",
    protocols: &[Protocol::OpenAiCompletions],
    install: &[Artefact::Npm(Npm { package: "alpha-agent", bin: "alpha", postinstall: &[] })],
    launch: &[Template("\"alpha\"")],
    model: ModelDelivery {
        format: ModelIdFormat::ModelsDev,
        via: Via::SetModel,
        proxy: ProxyMode::Unsupported("made up"),
        refuses: &[],
        none: None,
    },
    env: &[
        Mapping { name: "OPENAI_BASE_URL", value: Template("[\"variable\",\"BENCHFLOW_PROVIDER_BASE_URL\"]") },
        Mapping { name: "OPENAI_API_KEY", value: Template("[\"variable\",\"BENCHFLOW_PROVIDER_API_KEY\"]") },
    ],
    web: Some(WebPolicy::Switch { tools: &["fetch"], off: &[Off::Env(&[])] }),
    home: &[".alpha", ".config/alpha"],
    skills: &["~/.alpha/skills"],
    install_timeout: 1200,
    suite: Some(Suite { model: ModelReference { provider: "makers", id: "big-1" }, usage_tracking: false }),
    lock: "format 1\npackage npm alpha-agent 1.2.3 -\n",
    ..Agent::EMPTY
};

const BETA: Agent<'static> = Agent {
    name: "beta",
    aliases: &["bee"],
    protocols: &[Protocol::OpenAiCompletions],
    web: Some(WebPolicy::NoTools("it is made up")),
    suite: Some(Suite { model: ModelReference { provider: "", id: "swift-1" }, usage_tracking: true }),
    lock: "format 1\npackage pypi beta-agent 2.0.1 -\n",
    ..Agent::EMPTY
};

const GAMMA: Agent<'static> =
    Agent { name: "gamma", aliases: &[], lock: "format 1\npackage npm gamma-agent 0.4.0 -\n", ..BETA };

const MAKERS: Provider<'static> = Provider {
    name: "makers",
    endpoints: &[Endpoint { protocol: Protocol::OpenAiCompletions, url: "{base_url}" }],
    parameters: &[UrlParameter { name: "base_url", variable: "MAKERS_BASE_URL", default: "", from_host_of: "" }],
    auth: Auth::ApiKey,
    credential: Credential::AnyOf(&["MAKERS_API_KEY"]),
    families: &["big"],
    ..Provider::EMPTY
};

const SWIFT: Family<'static> = Family {
    name: "swift",
    tokens: &["swift"],
    namespace: "birds",
    protocols: &[Protocol::OpenAiCompletions],
    keys: &["SWIFT_API_KEY", "BIRD_API_KEY"],
    ..Family::EMPTY
};

/// The registry of the tree.
pub(crate) static REGISTRY: Registry<'static> = Registry {
    agents: &[&ALPHA, &BETA, &GAMMA],
    providers: &[&MAKERS],
    families: &[&SWIFT],
    extends: None,
    folder: "/nonexistent/registry",
};

/// The path of the tree.
pub(crate) const RIGHT: &str = "tests/audit/right";

/// A tree in memory: files by their paths.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory(pub(crate) BTreeMap<PathBuf, Vec<u8>>);

impl Memory {
    /// The correct tree.
    #[track_caller]
    pub(crate) fn right() -> Self {
        let within = |path: String| Some((PathBuf::from(path.strip_prefix(RIGHT)?.strip_prefix('/')?), path.clone()));
        let read =
            |(name, path): (PathBuf, String)| (name, std::fs::read(workspace().join(path)).expect("it is there"));
        let files: BTreeMap<_, _> = sources().into_iter().filter_map(within).map(read).collect();
        assert!(files.len() > 8, "the tree has {} files", files.len());
        Self(files)
    }

    /// Replaces the first occurrence of a text in a file.
    #[track_caller]
    pub(crate) fn change(mut self, file: &str, old: &str, new: &str) -> Self {
        let bytes = self.0.get_mut(Path::new(file)).expect("the tree has the file");
        let text = String::from_utf8(bytes.clone()).expect("it is text");
        assert!(text.contains(old), "{file} has no {old:?}");
        *bytes = text.replacen(old, new, 1).into_bytes();
        self
    }

    /// Adds a file, or replaces it.
    pub(crate) fn with(mut self, file: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.0.insert(PathBuf::from(file), bytes.into());
        self
    }

    /// Removes a file.
    #[track_caller]
    pub(crate) fn without(mut self, file: &str) -> Self {
        assert!(self.0.remove(Path::new(file)).is_some(), "the tree has no {file}");
        self
    }

    pub(crate) fn audit(&self) -> Report {
        audit(&REGISTRY, self).expect("its locks can be read")
    }

    /// Checks that an audit has exactly these findings: code, file, line, and a part of the message.
    #[track_caller]
    pub(crate) fn check(&self, expected: &[(&str, &str, usize, &str)]) {
        let report = self.audit();
        let agree = report.findings.len() == expected.len()
            && report.findings.iter().zip(expected).all(|(found, (code, file, line, part))| {
                (found.code, found.file.as_str(), found.line) == (*code, *file, *line) && found.message.contains(part)
            });
        assert!(agree, "expected {expected:#?}\nfound {:#?}", report.findings);
    }
}

impl Tree for Memory {
    fn list(&self, folder: &Path) -> Result<Vec<Entry>, String> {
        let mut entries: Vec<Entry> = Vec::new();
        for (path, bytes) in &self.0 {
            let Ok(rest) = path.strip_prefix(folder) else { continue };
            let mut parts = rest.components();
            let Some(name) = parts.next() else { continue };
            let kind = if parts.next().is_some() { EntryKind::Folder } else { EntryKind::File(bytes.len() as u64) };
            entries.push(Entry { name: name.as_os_str().to_owned(), kind });
        }
        entries.sort();
        entries.dedup();
        Ok(entries)
    }

    fn read(&self, file: &Path, limit: u64) -> Result<Vec<u8>, String> {
        let bytes = self.0.get(file).ok_or_else(|| "it is not there".to_owned())?;
        Ok(bytes.iter().copied().take(usize::try_from(limit).unwrap_or(usize::MAX).saturating_add(1)).collect())
    }
}
