//! The licenses of the packages of a lock, in the packages' own words. A license that a package does not name stays
//! unknown.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use flate2::read::GzDecoder;
use registry_model::model::{Lock, LockedWheel, Target, is_license_name};
use serde_json::Value;

use super::pypi;
use super::tree::Tree;
use crate::clients::Tools;
use crate::clients::fetch::{self, Fetched};
use crate::clients::process;
use registry_command::console::Console;
use registry_command::failure::{Failure, Outcome};

/// The ecosystem of a package, its name in the registry, and its version.
type Package = (&'static str, String, String);

/// The licenses of packages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Licenses(BTreeMap<Package, Vec<String>>);

impl Licenses {
    /// Those that npm's package-lock has.
    pub(crate) fn of_tree(tree: &Tree) -> Self {
        let mut known = Self::default();
        for it in tree.packages.values() {
            known.add(npm(&it.name, &it.version), of_manifest(&Value::Object(it.entry.clone())));
        }
        known
    }

    /// Those of a lock.
    pub(crate) fn of_lock(lock: &Lock<'_>) -> Self {
        let mut known: BTreeMap<Package, Vec<String>> = BTreeMap::new();
        for it in &lock.licenses {
            let package = if it.ecosystem == "npm" { npm } else { pypi };
            known.entry(package(it.package, it.version)).or_default().push(it.license.to_owned());
        }
        Self(known)
    }

    /// Those of this one, and those of another for packages that this one lacks.
    pub(crate) fn or(mut self, other: Self) -> Self {
        other.0.into_iter().for_each(|(package, licenses)| self.add(package, licenses));
        self
    }

    fn add(&mut self, package: Package, licenses: Vec<String>) {
        if !licenses.is_empty() {
            self.0.entry(package).or_insert(licenses);
        }
    }

    /// The lines of a lock.
    pub(crate) fn lines(&self) -> String {
        let mut text = String::new();
        for ((ecosystem, name, version), licenses) in &self.0 {
            for license in licenses {
                let _ = writeln!(text, "license {ecosystem} {name} {version} {license}");
            }
        }
        text
    }

    /// The licenses of all packages of a lock: those that are known, and the registries' answers about the others.
    pub(crate) fn complete(mut self, tools: &Tools, lock: &Lock<'_>, console: Console) -> Outcome<Self> {
        let of_npm = lock.npm.iter().map(|it| npm(&it.name, it.version));
        let all: BTreeSet<Package> = of_npm.chain(lock.wheels.iter().map(|it| pypi(it.name, it.version))).collect();
        self.0.retain(|package, _| all.contains(package));
        let unknown: Vec<&Package> = all.iter().filter(|it| !self.0.contains_key(*it)).collect();
        if !unknown.is_empty() {
            console.step(format!("  asking for the licenses of {} packages", unknown.len()));
            let absent = ask(tools, &sources(tools, lock, &unknown)?, &mut self)?;
            // An index need not serve metadata apart from the wheel.
            let wheels: Vec<Source> = absent.iter().filter_map(Source::wheel).collect();
            ask(tools, &wheels, &mut self)?;
        }
        let silent = unknown.iter().filter(|it| !self.0.contains_key(**it));
        let silent: Vec<String> = silent.map(|(_, name, version)| format!("{name} {version}")).collect();
        if !silent.is_empty() {
            console.step(format!("  no known license: {}", silent.join(", ")));
        }
        Ok(self)
    }
}

fn npm(name: &str, version: &str) -> Package {
    ("npm", name.to_owned(), version.to_owned())
}

fn pypi(name: &str, version: &str) -> Package {
    ("pypi", name.to_owned(), version.to_owned())
}

/// Where the metadata of a package is.
#[derive(Clone, Debug)]
struct Source {
    package: Package,
    kind: Kind,
    url: String,
}

/// The file that has the metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The manifest of an npm package.
    Manifest,
    /// The `METADATA` that an index serves beside a wheel (PEP 658).
    Metadata,
    /// A wheel, with its `METADATA` inside.
    Wheel,
    /// A source distribution, with its `PKG-INFO` inside.
    SourceDistribution,
}

impl Source {
    /// The wheel of metadata that is not served apart.
    fn wheel(&self) -> Option<Self> {
        let url = self.url.strip_suffix(METADATA).filter(|_| self.kind == Kind::Metadata)?;
        Some(Self { package: self.package.clone(), kind: Kind::Wheel, url: url.to_owned() })
    }
}

/// What follows a wheel's URL in that of its metadata.
const METADATA: &str = ".metadata";

/// Where the metadata of packages of a lock is.
fn sources(tools: &Tools, lock: &Lock<'_>, packages: &[&Package]) -> Outcome<Vec<Source>> {
    let mut found = Vec::new();
    let (of_npm, of_pypi): (Vec<&Package>, Vec<&Package>) = packages.iter().partition(|it| it.0 == "npm");
    if !of_npm.is_empty() {
        let registry = fetch::url(&tools.npm_registry()?);
        for package @ (_, name, version) in of_npm {
            let url = format!("{registry}/{}", fetch::escaped(&format!("{name}/{version}")));
            found.push(Source { package: package.clone(), kind: Kind::Manifest, url });
        }
    }
    // A file of each package, with the targets that it serves.
    let file = |it: &&Package| lock.wheels.iter().find(|wheel| (wheel.name, wheel.version) == (&*it.1, &*it.2));
    let mut waiting: Vec<(&Package, &LockedWheel<'_>)> =
        of_pypi.into_iter().filter_map(|it| Some((it, file(&it)?))).collect();
    for target in Target::ALL {
        let serves = |wheel: &LockedWheel<'_>| wheel.targets.split(',').any(|id| id == target.id());
        let (now, later) = waiting.into_iter().partition(|(_, wheel)| serves(wheel));
        waiting = later;
        let files: Vec<&LockedWheel<'_>> = now.iter().map(|(_, wheel)| *wheel).collect();
        let places = places(tools, &files, target)?;
        for (package, wheel) in now {
            let Some(url) = places.get(wheel.hash.trim_start_matches("sha256:")) else { continue };
            let source = |kind, end| Source { package: package.clone(), kind, url: format!("{url}{end}") };
            found.push(if wheel.is_source() {
                source(Kind::SourceDistribution, "")
            } else {
                source(Kind::Metadata, METADATA)
            });
        }
    }
    Ok(found)
}

/// The URLs of files for a target, by their SHA-256. Where the index lacks one of them, each is asked for alone.
fn places(tools: &Tools, files: &[&LockedWheel<'_>], target: Target) -> Outcome<BTreeMap<String, String>> {
    if files.is_empty() {
        return Ok(BTreeMap::new());
    }
    let folder = tools.cell.scratch().folder("pypi")?;
    let input = folder.join("licenses.txt");
    let lines: Vec<String> = files.iter().map(|it| format!("{}=={}", it.name, it.version)).collect();
    fs::write(&input, lines.join("\n")).map_err(|error| Failure::io("write", &input, &error))?;
    let sources: Vec<&str> = files.iter().filter(|it| it.is_source()).map(|it| it.name).collect();
    let answer = process::run(&mut pypi::compile_command(tools, &folder, &input, target, &sources, true))?;
    if answer.ok {
        return Ok(pypi::read_urls(&answer.stdout)?.into_iter().map(|(sha256, (_, url))| (sha256, url)).collect());
    }
    if !answer.stderr.contains("No solution found") {
        return Err(answer.failure("asking for the places of Python packages"));
    }
    let mut found = BTreeMap::new();
    if files.len() > 1 {
        for file in files {
            found.extend(places(tools, &[*file], target)?);
        }
    }
    Ok(found)
}

/// Adds what the metadata at some places says, and returns the places that a registry does not have.
fn ask(tools: &Tools, sources: &[Source], known: &mut Licenses) -> Outcome<Vec<Source>> {
    let folder = tools.cell.scratch().folder("licenses")?;
    let urls: Vec<String> = sources.iter().map(|it| it.url.clone()).collect();
    let mut absent = Vec::new();
    fetch::fetch(&tools.cell, &folder, &urls, |index, answer| {
        let Some(source) = sources.get(index) else { return Ok(()) };
        match answer {
            Fetched::Came(file) => {
                known.add(source.package.clone(), read(tools, source.kind, &file)?);
                fs::remove_file(&file).map_err(|error| Failure::io("remove", &file, &error))?;
            }
            Fetched::Gone(_) | Fetched::Refused(_) => absent.push(source.clone()),
            Fetched::Silence(why) => {
                let Source { package: (_, name, version), url, .. } = source;
                let message = format!("the license of `{name}` {version} cannot be read from `{url}`: {why}");
                return Err(Failure::new(message).help("check the network and the proxy; no lock was changed"));
            }
        }
        Ok(())
    })?;
    Ok(absent)
}

/// Prints the `METADATA` of a wheel.
const OF_WHEEL: &str = r#"
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    for name in wheel.namelist():
        if name.count("/") == 1 and name.endswith(".dist-info/METADATA"):
            sys.stdout.buffer.write(wheel.read(name))
"#;

/// The licenses in a fetched file.
fn read(tools: &Tools, kind: Kind, file: &Path) -> Outcome<Vec<String>> {
    let failed = |error: &std::io::Error| Failure::io("read", file, error);
    let bytes = || fs::read(file).map_err(|error| failed(&error));
    Ok(match kind {
        Kind::Manifest => of_manifest(&serde_json::from_slice(&bytes()?).unwrap_or_default()),
        Kind::Metadata => of_metadata(&String::from_utf8_lossy(&bytes()?)),
        Kind::Wheel => {
            let mut command = tools.cell.command(tools.python(), &process::search_path(&[]));
            command.args(["-I", "-c", OF_WHEEL]).arg(file);
            of_metadata(&process::run_well(&mut command, "reading a wheel")?.stdout)
        }
        Kind::SourceDistribution => {
            of_metadata(&package_info(file).map_err(|error| failed(&error))?.unwrap_or_default())
        }
    })
}

/// The `PKG-INFO` of a source distribution, which is in its only top folder.
fn package_info(file: &Path) -> std::io::Result<Option<String>> {
    let mut archive = tar::Archive::new(GzDecoder::new(File::open(file)?));
    for entry in archive.entries()? {
        let entry = entry?;
        let path = entry.path()?;
        if path.components().count() == 2 && path.ends_with("PKG-INFO") {
            let mut bytes = Vec::new();
            entry.take(4 << 20).read_to_end(&mut bytes)?;
            return Ok(Some(String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
    Ok(None)
}

/// The licenses of an npm manifest: the text of `license`, or the types of the old forms, an object or a list of them.
fn of_manifest(manifest: &Value) -> Vec<String> {
    let said = manifest.get("license").or_else(|| manifest.get("licenses"));
    let all = match said {
        Some(Value::Array(all)) => all.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    names(all.iter().filter_map(|it| it.as_str().or_else(|| it.get("type")?.as_str())))
}

/// The licenses of the metadata of a Python package: its expression, else its `License` where that is short, else its
/// classifiers, in the words after the last `::`.
fn of_metadata(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().take_while(|line| !line.is_empty()).collect();
    let folded = |index: usize| lines.get(index + 1).is_some_and(|next| next.starts_with([' ', '\t']));
    let field = |name: &str| {
        let values = lines.iter().enumerate().filter(|(index, _)| !folded(*index));
        names(values.filter_map(|(_, line)| line.strip_prefix(name)?.strip_prefix(": ")))
    };
    let classifiers = lines.iter().filter_map(|line| line.strip_prefix("Classifier: License ::"));
    // `License :: OSI Approved` alone does not say which.
    let classifiers = classifiers.filter_map(|it| it.rsplit(" :: ").next()).filter(|it| it.trim() != "OSI Approved");
    [field("License-Expression"), field("License"), names(classifiers)]
        .into_iter()
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

/// The texts that can be names of licenses, in their order, without repetition. `UNKNOWN` is what old build tools write
/// for nothing.
fn names<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for text in texts.map(str::trim).filter(|it| is_license_name(it) && *it != "UNKNOWN") {
        if !found.iter().any(|it| it == text) {
            found.push(text.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check_manifest(manifest: Value, expected: &[&str]) {
        assert_eq!(of_manifest(&manifest), expected, "{manifest}");
    }

    #[track_caller]
    fn check_metadata(fields: &str, expected: &[&str]) {
        let text = format!("Metadata-Version: 2.4\nName: a\n{fields}\n\nLicense: not this\n");
        assert_eq!(of_metadata(&text), expected, "{fields}");
        assert_eq!(of_metadata(&text.replace('\n', "\r\n")), expected, "{fields}, with CRLF");
    }

    #[test]
    fn all_forms_of_an_npm_license_are_read() {
        check_manifest(json!({"license": "MIT"}), &["MIT"]);
        check_manifest(json!({"license": "SEE LICENSE IN README.md"}), &["SEE LICENSE IN README.md"]);
        check_manifest(json!({"license": {"type": "ISC", "url": "https://x.example"}}), &["ISC"]);
        check_manifest(json!({"licenses": [{"type": "MIT"}, {"type": "BSD"}, {"type": "MIT"}]}), &["MIT", "BSD"]);
        for nothing in [json!({}), json!({"license": 7}), json!({"license": ""}), json!({"license": {"url": "x"}})] {
            check_manifest(nothing, &[]);
        }
    }

    #[test]
    fn python_license_is_the_expression_else_a_short_text_else_the_classifiers() {
        let classifiers = "Classifier: License :: OSI Approved :: MIT License\n\
                           Classifier: Programming Language :: Python\nClassifier: License :: OSI Approved\n\
                           Classifier: License :: OSI Approved :: Apache Software License";
        check_metadata(&format!("License: BSD\nLicense-Expression: MIT OR ISC\n{classifiers}"), &["MIT OR ISC"]);
        check_metadata(&format!("License: BSD 3-Clause\n{classifiers}"), &["BSD 3-Clause"]);
        check_metadata(classifiers, &["MIT License", "Apache Software License"]);
        check_metadata(&format!("License: UNKNOWN\n{classifiers}"), &["MIT License", "Apache Software License"]);
        check_metadata("Classifier: License :: OSI Approved\nSummary: License: MIT", &[]);
    }

    #[test]
    fn text_of_a_license_is_not_its_name() {
        let permission = "x".repeat(200);
        for text in [format!("License: {permission}"), "License: MIT License\n        \n        Copyright".to_owned()] {
            check_metadata(&text, &[]);
            check_metadata(&format!("{text}\nClassifier: License :: OSI Approved :: ISC License"), &["ISC License"]);
        }
        check_manifest(json!({"license": format!("MIT\n\nlicense npm b 1.0.0 MIT")}), &[]);
        check_manifest(json!({"license": permission}), &[]);
        check_manifest(json!({"license": "MIT \u{202e}"}), &[]);
    }

    #[test]
    fn license_lines_are_read_back() {
        let mut licenses = Licenses::default();
        licenses.add(npm("@s/a", "1.0.0"), vec!["\"MIT\" 'or' \\".to_owned(), "ISC".to_owned()]);
        licenses.add(pypi("b", "2.0"), vec!["BSD".to_owned()]);
        licenses.add(npm("none", "1.0.0"), Vec::new());
        let text = format!("format 1\n{}", licenses.lines());
        let lock = Lock::parse(&text).expect("what is written can be read");
        assert_eq!((lock.licenses.len(), Licenses::of_lock(&lock)), (3, licenses.clone()));
        let other = Licenses(BTreeMap::from([
            (npm("c", "1.0.0"), vec!["0BSD".to_owned()]),
            (pypi("b", "2.0"), vec!["other".to_owned()]),
        ]));
        let both = licenses.or(other);
        assert_eq!((both.0.len(), both.0[&pypi("b", "2.0")].as_slice()), (3, &["BSD".to_owned()][..]));
    }

    #[test]
    fn package_lock_has_the_licenses_of_its_tree() {
        let tree = Tree::read(include_str!("../../../../tests/vectors/npm_bundle.json")).expect("it is well-formed");
        let expected = "license npm chrome-devtools-mcp 1.8.0 Apache-2.0\nlicense npm ms 2.1.3 MIT\n\
                        license npm openclaw 2026.9.6 MIT\n";
        assert_eq!(Licenses::of_tree(&tree).lines(), expected);
    }

    #[test]
    fn source_distribution_has_its_metadata_inside() {
        let folder = registry_command::files::Scratch::new().expect("there is room");
        let path = folder.path().join("a-1.0.tar.gz");
        let file = File::create(&path).expect("there is room");
        let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(file, flate2::Compression::fast()));
        for (name, text) in
            [("a-1.0/a.egg-info/PKG-INFO", "License: no"), ("a-1.0/PKG-INFO", "Name: a\nLicense: LGPL\n")]
        {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            tar.append_data(&mut header, name, text.as_bytes()).expect("there is room");
        }
        tar.into_inner().and_then(flate2::write::GzEncoder::finish).expect("there is room");
        let info = package_info(&path).expect("it can be read").expect("it has one");
        assert_eq!(of_metadata(&info), ["LGPL"]);
    }
}
