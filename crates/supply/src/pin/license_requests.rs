//! Asks the registries for the licenses of packages: in the manifest of an npm package, and in the metadata of a Python
//! package, beside the wheel or inside.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use flate2::read::GzDecoder;
use registry_model::model::{Lock, LockedWheel, Target, Version};

use super::licenses::{Licenses, Package, npm, of_manifest, of_metadata, pypi as pypi_package};
use super::pypi;
use crate::clients::Tools;
use crate::clients::fetch::{self, Fetched};
use crate::clients::process::{self, CleanEnvironment};
use registry_command::console::Console;
use registry_command::failure::{Failure, Outcome};

/// The licenses of all packages of a lock: those that are known, and the registries' answers about the others.
///
/// `python` is the version that the Python packages of the lock are for.
pub(crate) fn complete(
    mut known: Licenses,
    tools: &Tools,
    lock: &Lock<'_>,
    python: Option<Version>,
    console: Console,
) -> Outcome<Licenses> {
    let of_npm = lock.npm.iter().map(|it| npm(&it.name, it.version));
    let all: BTreeSet<Package> = of_npm.chain(lock.wheels.iter().map(|it| pypi_package(it.name, it.version))).collect();
    known.keep(&all);
    let unknown: Vec<&Package> = all.iter().filter(|it| !known.has(it)).collect();
    if !unknown.is_empty() {
        console.step(format!("  asking for the licenses of {} packages", unknown.len()));
        let absent = ask(&tools.cell, tools.python(), &sources(tools, lock, python, &unknown)?, &mut known)?;
        // An index need not serve metadata apart from the wheel.
        let wheels: Vec<Source> = absent.iter().filter_map(Source::wheel).collect();
        ask(&tools.cell, tools.python(), &wheels, &mut known)?;
    }
    let silent = unknown.iter().filter(|it| !known.has(it));
    let silent: Vec<String> = silent.map(|(_, name, version)| format!("{name} {version}")).collect();
    if !silent.is_empty() {
        console.step(format!("  no known license: {}", silent.join(", ")));
    }
    Ok(known)
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
fn sources(tools: &Tools, lock: &Lock<'_>, python: Option<Version>, packages: &[&Package]) -> Outcome<Vec<Source>> {
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
        let Some(python) = python.filter(|_| !files.is_empty()) else { continue };
        let places = places(tools, &files, (target, python))?;
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
fn places(tools: &Tools, files: &[&LockedWheel<'_>], machine: (Target, Version)) -> Outcome<BTreeMap<String, String>> {
    let folder = tools.cell.scratch().folder("pypi")?;
    let input = folder.join("licenses.txt");
    let lines: Vec<String> = files.iter().map(|it| format!("{}=={}", it.name, it.version)).collect();
    fs::write(&input, lines.join("\n")).map_err(|error| Failure::io("write", &input, &error))?;
    let sources: Vec<&str> = files.iter().filter(|it| it.is_source()).map(|it| it.name).collect();
    let answer = process::run(&mut pypi::compile_command(tools, &folder, &input, machine, &sources, true))?;
    if answer.ok {
        return Ok(pypi::read_urls(&answer.stdout)?.into_iter().map(|(sha256, (_, url))| (sha256, url)).collect());
    }
    if !answer.stderr.contains("No solution found") {
        return Err(answer.failure("asking for the places of Python packages"));
    }
    let mut found = BTreeMap::new();
    if files.len() > 1 {
        for file in files {
            found.extend(places(tools, &[*file], machine)?);
        }
    }
    Ok(found)
}

/// Adds what the metadata at some places says, and returns the places that a registry does not have.
fn ask(cell: &CleanEnvironment, python: &Path, sources: &[Source], known: &mut Licenses) -> Outcome<Vec<Source>> {
    let folder = cell.scratch().folder("licenses")?;
    let urls: Vec<String> = sources.iter().map(|it| it.url.clone()).collect();
    let mut absent = Vec::new();
    fetch::fetch(cell, &folder, &urls, |index, answer| {
        let Some(source) = sources.get(index) else { return Ok(()) };
        match answer {
            Fetched::Came(file) => {
                known.add(source.package.clone(), read(cell, python, source.kind, &file)?);
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
fn read(cell: &CleanEnvironment, python: &Path, kind: Kind, file: &Path) -> Outcome<Vec<String>> {
    let failed = |error: &std::io::Error| Failure::io("read", file, error);
    let bytes = || fs::read(file).map_err(|error| failed(&error));
    Ok(match kind {
        Kind::Manifest => of_manifest(&serde_json::from_slice(&bytes()?).unwrap_or_default()),
        Kind::Metadata => of_metadata(&String::from_utf8_lossy(&bytes()?)),
        Kind::Wheel => {
            let mut command = cell.command(python, &process::search_path(&[]));
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A manifest that the npm registry served on 2026-11-30, and metadata that the index served beside a wheel.
    const MANIFEST: &str = include_str!("../../../../tests/vectors/licenses/npm_manifest.json");
    const METADATA_OF_WHEEL: &str = include_str!("../../../../tests/vectors/licenses/pypi_metadata.txt");

    #[test]
    fn recorded_answers_give_licenses_and_a_missing_one_gives_none() {
        let cell = CleanEnvironment::new().expect("there is room");
        let folder = cell.scratch().folder("registry").expect("there is room");
        let inside = cell.scratch().folder("registry/tqdm-4.70.1.dist-info").expect("there is room");
        for (path, text) in [
            (folder.join("manifest"), MANIFEST),
            (folder.join("a.whl.metadata"), METADATA_OF_WHEEL),
            (inside.join("METADATA"), METADATA_OF_WHEEL),
        ] {
            fs::write(path, text).expect("there is room");
        }
        let mut zip = std::process::Command::new("python3");
        zip.args(["-m", "zipfile", "-c"]).arg(folder.join("b.whl")).arg(&inside);
        assert!(zip.status().is_ok_and(|it| it.success()));
        let source = |package, kind, file: &str| {
            let url = fetch::url(&folder.join(file).to_string_lossy());
            Source { package, kind, url }
        };
        let sources = [
            source(npm("is-number", "7.0.0"), Kind::Manifest, "manifest"),
            source(pypi_package("a", "1"), Kind::Metadata, "a.whl.metadata"),
            source(pypi_package("b", "1"), Kind::Metadata, "b.whl.metadata"),
            source(npm("gone", "1.0.0"), Kind::Manifest, "gone"),
        ];
        let (mut known, python) = (Licenses::default(), Path::new("python3"));
        let absent = ask(&cell, python, &sources, &mut known).expect("they can be read");
        let mut names: Vec<&str> = absent.iter().map(|it| it.package.1.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["b", "gone"]);
        // The wheel itself, where its metadata is not beside it.
        let wheels: Vec<Source> = absent.iter().filter_map(Source::wheel).collect();
        assert_eq!(ask(&cell, python, &wheels, &mut known).expect("it can be read").len(), 0);
        assert_eq!(
            known.lines(),
            "license npm is-number 7.0.0 MIT\nlicense pypi a 1 MPL-2.0 AND MIT\nlicense pypi b 1 MPL-2.0 AND MIT\n"
        );
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
