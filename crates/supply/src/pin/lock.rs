//! A lock that is being built, and its text.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use registry_model::model::{Agent, Answer, Cause, Lock, Registry, Target};

use super::licenses::Licenses;
use super::tree::{Tarball, Tree};
use registry_command::failure::{Failure, Outcome};

/// The lock of an agent.
pub fn lock_path(registry: &Registry<'_>, agent: &Agent<'_>) -> PathBuf {
    Path::new(registry.folder).join("src/agents").join(agent.lock_file())
}

/// A lock that is being built.
#[derive(Debug, Default)]
pub struct Draft {
    /// The packages that the entry names.
    pub packages: Vec<PackageLine>,
    /// The npm tree, reduced.
    pub(crate) npm: Tree,
    /// The Python files, with the targets that each serves.
    pub wheels: BTreeMap<Distribution, Vec<Target>>,
    /// Why targets cannot be served; the key `None` is for the package on all targets.
    pub unavailable: BTreeMap<Option<Target>, Cause<'static>>,
    /// The licenses of the tree, as far as they are known.
    pub(crate) licenses: Licenses,
}

/// A package that the entry names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageLine {
    ecosystem: &'static str,
    name: String,
    version: String,
    integrity: String,
    published: Option<String>,
    provenance: Option<Statement>,
}

/// How a package was built, as its registry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The kind of the statement, a URL.
    pub kind: String,
    /// The repository; `-` where the registry does not say.
    pub source: String,
}

/// A file of the Python package index.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Distribution {
    /// The package's normalised name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The file's name.
    pub file: String,
    /// Its SHA-256, 64 hexadecimal digits.
    pub sha256: String,
    /// The date of its upload, if the index gives it.
    pub uploaded: Option<String>,
}

/// Why there is no lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unresolved {
    /// The registry answered, and no releases meet the requirements: what the package manager says.
    NoSolution(String),
    /// The command, the machine or the registry failed.
    Failed(Failure),
}

impl From<Failure> for Unresolved {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Unresolved> for Failure {
    fn from(unresolved: Unresolved) -> Self {
        match unresolved {
            Unresolved::NoSolution(why) => Self::new(why).help("name another version: `PKG=VERSION`"),
            Unresolved::Failed(failure) => failure,
        }
    }
}

impl PackageLine {
    /// A package with its integrity, `-` when it is unavailable, and the date of its release if it is known.
    pub fn new(ecosystem: &'static str, name: &str, version: &str, integrity: &str, published: Option<String>) -> Self {
        let [name, version, integrity] = [name, version, integrity].map(str::to_owned);
        Self { ecosystem, name, version, integrity, published, provenance: None }
    }

    /// The same with its provenance, if there is one.
    #[must_use]
    pub fn with_provenance(self, provenance: Option<Statement>) -> Self {
        Self { provenance, ..self }
    }
}

impl Draft {
    /// Records that a package does not exist.
    pub fn add_absent(&mut self, ecosystem: &'static str, name: &str, version: &str) -> Outcome<()> {
        if version.is_empty() {
            let help =
                format!("check its name; `cargo pin` records it as unavailable with a version: `{name}=VERSION`");
            return Err(Failure::new(format!("the package `{name}` does not exist")).help(help));
        }
        self.packages.push(PackageLine::new(ecosystem, name, version, "-", None));
        let cause = Cause::new(ecosystem, name.to_owned(), version.to_owned(), Answer::NotFound);
        self.unavailable.entry(None).or_insert(cause);
        Ok(())
    }

    /// Records that a target cannot be served.
    pub fn add_unavailable(&mut self, target: Target, cause: Cause<'static>) {
        self.unavailable.entry(Some(target)).or_insert(cause);
    }

    /// The text of the lock. A fact that an earlier lock has too keeps its date, so that the same facts give the same
    /// bytes.
    pub fn text(&self, command: &str, earlier: Option<&Lock<'_>>, today: &str) -> String {
        let mut text = format!("# Written by `{command}`; not to be edited.\n");
        let _ = writeln!(text, "format {}", Lock::FORMAT);
        for PackageLine { ecosystem, name, version, integrity, published, provenance } in &self.packages {
            let _ = write!(text, "package {ecosystem} {name} {version} {integrity}");
            text.push_str(&published.as_ref().map(|day| format!(" {day}")).unwrap_or_default());
            text.push('\n');
            if let Some(Statement { kind, source }) = provenance {
                let _ = writeln!(text, "provenance {ecosystem} {name} {kind} {source}");
            }
        }
        for (&target, cause) in &self.unavailable {
            let same = |it: &&registry_model::model::Unavailable<'_>| it.target == target && it.cause == *cause;
            let date = earlier.and_then(|lock| lock.unavailable.iter().find(same)).map_or(today, |it| it.date);
            let what = target.map_or("package", Target::id);
            let Cause { ecosystem, package, version, answer } = cause;
            let _ = writeln!(text, "unavailable {what} {date} {ecosystem} {package} {version} {}", answer.words());
        }
        // A partial tree would look complete.
        if self.unavailable.contains_key(&None) {
            return text;
        }
        for (place, package) in &self.npm.packages {
            let (version, rest) = (&package.version, self.npm.rest(place, package));
            let _ = match &package.tarball {
                Some(Tarball { integrity, path }) => writeln!(text, "npm {place} {version} {integrity} {path} {rest}"),
                None => writeln!(text, "bundled {place} {version} {rest}"),
            };
        }
        for (Distribution { name, version, file, sha256, uploaded: _ }, targets) in &self.wheels {
            let ids: Vec<&str> = Target::ALL.into_iter().filter(|it| targets.contains(it)).map(Target::id).collect();
            let keyword = if file.rsplit('.').next() == Some("whl") { "wheel" } else { "source" };
            let _ = writeln!(text, "{keyword} {name} {version} {file} sha256:{sha256} {}", ids.join(","));
        }
        text.push_str(&self.licenses.lines());
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unchanged_lock_fact_keeps_its_date() {
        let mut draft = Draft::default();
        draft.add_absent("npm", "@mimo-ai/cli", "0.1.4").expect("a version is given");
        let first = draft.text("cargo pin mimo", None, "2026-11-23");
        let earlier = Lock::parse(&first).expect("what is written can be read");
        assert_eq!(draft.text("cargo pin mimo", Some(&earlier), "2027-01-01"), first);
        assert_eq!(earlier.packages[0].integrity, "-");
        assert_eq!(earlier.unavailable[0].cause.to_string(), "@mimo-ai/cli@0.1.4 answers 404");
    }

    #[test]
    fn provenance_is_written_and_read_back() {
        let line = PackageLine::new("npm", "polly", "1.2.0", "sha512-x", None);
        let statement = Statement { kind: "https://slsa.dev/provenance/v1".to_owned(), source: "-".to_owned() };
        let draft = Draft { packages: vec![line.with_provenance(Some(statement))], ..Draft::default() };
        let text = draft.text("cargo pin polly", None, "2026-11-23");
        let lock = Lock::parse(&text).expect("what is written can be read");
        let [read] = lock.provenance.as_slice() else { panic!("{text}") };
        assert_eq!((read.ecosystem, read.package, read.source), ("npm", "polly", "-"));
        assert_eq!(read.kind, "https://slsa.dev/provenance/v1");
    }

    #[test]
    fn lock_with_bundled_packages_round_trips() {
        let npm =
            Tree::read(include_str!("../../../../tests/vectors/npm_bundle.json")).expect("the lock is well-formed");
        let package = || PackageLine::new("npm", "openclaw", "2026.9.6", "sha512-x", Some("2026-09-20".to_owned()));
        let write = |npm| {
            let draft = Draft { packages: vec![package()], npm, ..Draft::default() };
            draft.text("cargo pin openclaw", None, "2026-11-23")
        };
        let text = write(npm);
        let lock = Lock::parse(&text).expect("what is written can be read");
        assert_eq!(lock.packages[0].published, Some("2026-09-20"));
        assert_eq!(lock.npm.iter().filter(|it| it.tarball.is_none()).count(), 1);
        assert_eq!(write(Tree::of_lock(&lock)), text);
    }

    #[test]
    fn absent_package_needs_a_version() {
        let failure = Draft::default().add_absent("npm", "no-such", "").expect_err("no version is given");
        assert!(failure.to_string().contains("`no-such=VERSION`"), "{failure}");
    }
}
