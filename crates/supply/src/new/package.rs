//! The metadata of a package: its programs with their kinds, its description and its license.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use registry_model::model::engines::{self, Verdict};
use registry_model::model::{Answer, Cause, Lock, Runs, RuntimeKind, Version};
use registry_model::names;
use serde_json::Value;

use crate::clients::Tools;
use crate::clients::process;
use crate::pin::lock::Draft;
use registry_command::failure::{Failure, Outcome};

/// The facts of a package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Its exact version.
    pub version: String,
    /// Its programs, sorted by name, each with its place in the package.
    pub programs: Vec<(String, String)>,
    /// Its description.
    pub description: String,
    /// Its license.
    pub license: String,
    /// Its install script; empty when there is none.
    pub install_script: String,
}

/// Asks npm about a version of a package; empty for the newest.
pub(crate) fn ask_npm(tools: &Tools, name: &str, version: &str) -> Outcome<Facts> {
    let spec = format!("{name}@{}", if version.is_empty() { "latest" } else { version });
    let mut command = tools.npm(tools.cell.scratch().path());
    let answer = process::run(command.args(["view", "--json", &spec]))?;
    if !answer.ok && ["code E404", "code ETARGET", "code ENOVERSIONS"].iter().any(|it| answer.stderr.contains(it)) {
        return Err(absent("npm registry", &spec));
    }
    // npm 10 prints nothing for a version that does not exist.
    if answer.ok && answer.stdout.trim().is_empty() {
        return Err(absent("npm registry", &spec));
    }
    let said: Value = serde_json::from_str(&answer.stdout).unwrap_or_default();
    if !answer.ok || said.get("version").is_none() {
        return Err(answer.failure(&format!("looking up `{spec}`")));
    }
    Ok(npm_facts(name, &said))
}

/// How many older versions are tried.
const TRIES: usize = 5;

/// The newest version of a package whose platform package can be fetched; `None` when a few older ones have none
/// either.
pub(crate) fn newest_with(tools: &Tools, package: &str, cause: &Cause<'_>) -> Option<String> {
    let platform = platform_package(cause)?;
    let (own, its) = (versions(tools, package)?, versions(tools, platform)?);
    common_versions(&own, &its).into_iter().take(TRIES).find(|version| {
        let field = format!("optionalDependencies.{platform}");
        let named = view(tools, &format!("{package}@{version}"), &field);
        named.as_ref().and_then(Value::as_str).is_some_and(|it| it == version)
            && can_be_fetched(tools, platform, version)
    })
}

/// The unavailable package, if it is an npm package that is listed.
fn platform_package<'c>(cause: &'c Cause<'_>) -> Option<&'c str> {
    let listed = matches!(cause.answer, Answer::NotFound | Answer::OtherChecksum);
    (listed && cause.ecosystem == "npm").then_some(&*cause.package)
}

/// The released versions that two packages share, the newest first; npm lists them in order.
fn common_versions(own: &[String], its: &[String]) -> Vec<String> {
    own.iter().rev().filter(|it| !it.contains('-') && its.contains(it)).cloned().collect()
}

fn versions(tools: &Tools, package: &str) -> Option<Vec<String>> {
    match view(tools, package, "versions")? {
        Value::String(only) => Some(vec![only]),
        Value::Array(all) => Some(all.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
        _ => None,
    }
}

/// The answer of `npm view` about a package, if there is one.
fn view(tools: &Tools, spec: &str, field: &str) -> Option<Value> {
    let mut command = tools.npm(tools.cell.scratch().path());
    let answer = process::run(command.args(["view", "--json", spec, field])).ok()?;
    serde_json::from_str(&answer.stdout).ok()
}

fn can_be_fetched(tools: &Tools, package: &str, version: &str) -> bool {
    let mut command = tools.npm(tools.cell.scratch().path());
    let spec = format!("{package}@{version}");
    process::run(command.args(["pack", "--dry-run", "--json", &spec])).is_ok_and(|answer| answer.ok)
}

fn absent(registry: &str, spec: &str) -> Failure {
    Failure::new(format!("the {registry} has no `{spec}`")).help("check the name and the version; nothing was written")
}

fn npm_facts(name: &str, said: &Value) -> Facts {
    let word = |pointer: &str| said.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let base = name.rsplit('/').next().unwrap_or(name);
    let mut programs: Vec<(String, String)> = match said.get("bin") {
        Some(Value::String(path)) => vec![(base.to_owned(), path.clone())],
        Some(Value::Object(bins)) => {
            bins.iter().filter_map(|(bin, path)| Some((bin.clone(), path.as_str()?.to_owned()))).collect()
        }
        _ => Vec::new(),
    };
    programs.sort();
    let license = match word("/license") {
        plain if plain.is_empty() => word("/license/type"),
        plain => plain,
    };
    let scripts = ["/scripts/preinstall", "/scripts/install", "/scripts/postinstall"].map(word);
    let install_script = scripts.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" && ");
    Facts { version: word("/version"), programs, description: word("/description"), license, install_script }
}

/// How a program of an npm package is started: by the content of the file, else by its name.
pub(crate) fn npm_runs(tools: &Tools, spec: &str, place: &str) -> Outcome<Runs> {
    let folder = tools.cell.scratch().folder("package")?;
    let mut command = tools.npm(&folder);
    process::run_well(command.args(["pack", "--json", spec]), &format!("fetching `{spec}`"))?;
    let Some(archive) = with_extension(&folder, "tgz")? else {
        return Err(Failure::new(format!("npm fetched `{spec}` and left no archive")));
    };
    let head = head_of(&archive, place).map_err(|error| Failure::io("read", &archive, &error))?;
    Ok(runs_of(place, head.as_deref()))
}

/// The first bytes of a file in a package's archive; `None` when the file does not exist.
fn head_of(archive: &Path, place: &str) -> std::io::Result<Option<Vec<u8>>> {
    let wanted = Path::new(place.trim_start_matches("./"));
    let mut archive = tar::Archive::new(GzDecoder::new(File::open(archive)?));
    for entry in archive.entries()? {
        let entry = entry?;
        // The top folder can have any name; usually it is `package`.
        if entry.path()?.components().skip(1).eq(wanted.components()) {
            let mut head = Vec::new();
            entry.take(256).read_to_end(&mut head)?;
            return Ok(Some(head));
        }
    }
    Ok(None)
}

/// How a program of a package is started. A missing program is created by the package's install script.
pub(crate) fn runs_of(place: &str, head: Option<&[u8]>) -> Runs {
    let otherwise = if head.is_some() { Runs::Node } else { Runs::Native };
    Runs::of_program(place, head.unwrap_or_default()).unwrap_or(otherwise)
}

/// The lowest Node.js that every package of the tree accepts, of the lowest line that fits; an error where a package
/// rejects each line.
pub(crate) fn node_floor(draft: &Draft) -> Outcome<Option<Version>> {
    let mut floor = Ok(None);
    for line in RuntimeKind::Node.lines() {
        floor = floor_on(line.version, draft);
        if floor.is_ok() {
            break;
        }
    }
    floor
}

fn floor_on(line: Version, draft: &Draft) -> Outcome<Option<Version>> {
    let mut floor = None;
    for package in draft.npm.packages.values().filter(|package| !package.is_optional()) {
        let Some(range) = package.entry.get("engines").and_then(|it| it.get("node")).and_then(Value::as_str) else {
            continue;
        };
        match engines::judge(range, line) {
            Verdict::From(version) => floor = floor.max(Some(version)),
            Verdict::Unknown => {}
            Verdict::Refused => {
                let message = format!(
                    "`{}` requires Node.js `{range}`, and the newest pinned one is {line} [I006]",
                    package.spec()
                );
                return Err(Failure::new(message).help("name an older version of the agent: `--npm PACKAGE@VERSION`"));
            }
        }
    }
    Ok(floor.filter(|floor| floor.major > 0))
}

/// Reads the metadata of a package's wheel for a version of Python, which is fetched by its checksum in the lock.
pub(crate) fn read_wheel(tools: &Tools, lock: &Lock<'_>, name: &str, python: Version) -> Outcome<Facts> {
    let Some(wheel) = lock.wheels.iter().find(|wheel| wheel.name == names::pypi(name)) else {
        return Err(Failure::new(format!("no wheel of `{name}` is in its lock")).help("this is a bug in `new`"));
    };
    let folder = tools.cell.scratch().folder("wheel")?;
    tools.fetch_wheel(wheel, python, &folder)?;
    let Some(archive) = with_extension(&folder, "whl")? else {
        return Err(Failure::new(format!("pip fetched `{name}` and left no wheel")));
    };
    let inside = tools.cell.scratch().folder("wheel-inside")?;
    tools.unzip(&archive, &inside)?;
    let Some(about) = with_extension(&inside, "dist-info")? else {
        return Err(Failure::new(format!("the wheel of `{name}` has no dist-info folder")));
    };
    let read =
        |file: &str| fs::read(about.join(file)).map(|it| String::from_utf8_lossy(&it).into_owned()).unwrap_or_default();
    Ok(wheel_facts(wheel.version, &read("METADATA"), &read("entry_points.txt")))
}

fn wheel_facts(version: &str, metadata: &str, entry_points: &str) -> Facts {
    let head = metadata.split("\n\n").next().unwrap_or_default();
    let field = |name: &str| {
        let line = head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        line.unwrap_or_default().trim().to_owned()
    };
    let license = match field("License-Expression") {
        none if none.is_empty() => field("License"),
        some => some,
    };
    let mut programs = Vec::new();
    let mut scripts = false;
    for line in entry_points.lines().map(str::trim) {
        if line.starts_with('[') {
            scripts = line == "[console_scripts]";
        } else if let Some((bin, place)) = line.split_once('=').filter(|_| scripts) {
            programs.push((bin.trim().to_owned(), place.trim().to_owned()));
        }
    }
    programs.sort();
    let description = field("Summary");
    Facts { version: version.to_owned(), programs, description, license, install_script: String::new() }
}

/// The names of the program at a place.
fn names_of<'f>(facts: &'f Facts, place: &str) -> Vec<&'f str> {
    let same = |other: &str| other.trim_start_matches("./") == place.trim_start_matches("./");
    facts.programs.iter().filter(|(_, other)| same(other)).map(|(name, _)| name.as_str()).collect()
}

/// The arguments without the program's own name, which is often written before them.
pub(crate) fn without_program(facts: &Facts, place: &str, mut arguments: Vec<String>) -> Vec<String> {
    if arguments.first().is_some_and(|first| names_of(facts, place).contains(&first.as_str())) {
        arguments.remove(0);
    }
    arguments
}

/// The only program of a package, or the requested one. Two names of one file are one program; the package's own name
/// is preferred.
pub(crate) fn choose(facts: &Facts, package: &str, asked: Option<&str>) -> Outcome<(String, String)> {
    let names = facts.programs.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let base = package.rsplit('/').next().unwrap_or(package);
    match (asked, facts.programs.as_slice()) {
        (_, []) => Err(Failure::new(format!("`{package}` {} has no program", facts.version))
            .help("name the package that has one; a library is added to its `install`")),
        (Some(asked), programs) => programs.iter().find(|(name, _)| name == asked).cloned().ok_or_else(|| {
            Failure::new(format!("`{package}` {} has no program `{asked}`", facts.version))
                .help(format!("it has {names}"))
        }),
        (None, [first, ..]) if names_of(facts, &first.1).len() == facts.programs.len() => {
            let own = facts.programs.iter().find(|(name, _)| name == base);
            Ok(own.unwrap_or(first).clone())
        }
        (None, _) => Err(Failure::new(format!("`{package}` {} has several programs: {names}", facts.version))
            .help("name the one that speaks ACP: `--bin PROGRAM`")),
    }
}

fn with_extension(folder: &Path, extension: &str) -> Outcome<Option<PathBuf>> {
    let entries = fs::read_dir(folder).map_err(|error| Failure::io("read", folder, &error))?;
    Ok(entries.flatten().map(|entry| entry.path()).find(|path| path.extension().is_some_and(|it| it == extension)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn npm(text: &str) -> Facts {
        npm_facts("@scope/agent", &serde_json::from_str(text).expect("the test has JSON"))
    }

    #[test]
    fn npm_manifest_forms_are_all_parsed() {
        let facts = npm(
            r#"{"version":"1.0.0","bin":"./cli.js","license":{"type":"MIT"},"scripts":{"test":"x","postinstall":"node p.mjs"}}"#,
        );
        assert_eq!(facts.programs, [("agent".to_owned(), "./cli.js".to_owned())]);
        assert_eq!((facts.license.as_str(), facts.install_script.as_str()), ("MIT", "node p.mjs"));
        let facts =
            npm(r#"{"version":"1.0.0","bin":{"b":"b.js","a":"a.js"},"license":"Apache-2.0","description":"It."}"#);
        assert_eq!(facts.programs.iter().map(|it| it.0.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!((facts.license.as_str(), facts.description.as_str()), ("Apache-2.0", "It."));
        assert!(npm(r#"{"version":"1.0.0"}"#).programs.is_empty());
    }

    #[test]
    fn wheel_metadata_gives_the_same_facts() {
        let metadata = "Metadata-Version: 2.4\nName: agent\nSummary: An agent: it edits.\nLicense-Expression: MIT\n\nSummary: not this\n";
        let points = "[gui_scripts]\nwindow = a:b\n\n[console_scripts]\nagent = agent.cli:main\nagent-acp=agent.acp:main\n[other]\nx = y\n";
        let facts = wheel_facts("1.0", metadata, points);
        assert_eq!(facts.description, "An agent: it edits.");
        assert_eq!(facts.license, "MIT");
        assert_eq!(facts.programs.iter().map(|it| it.0.as_str()).collect::<Vec<_>>(), ["agent", "agent-acp"]);
        assert_eq!(wheel_facts("1", "", ""), Facts { version: "1".to_owned(), ..wheel_facts("", "", "") });
    }

    #[track_caller]
    fn check_chooses(programs: &[&str], asked: Option<&str>, expected: Result<&str, &str>) {
        let place = |name: &str| {
            name.split_once('=')
                .map_or((name.to_owned(), name.to_owned()), |(name, place)| (name.to_owned(), place.to_owned()))
        };
        let programs = programs.iter().map(|name| place(name)).collect();
        let facts = Facts { programs, ..wheel_facts("1.0", "", "") };
        match (choose(&facts, "pkg", asked), expected) {
            (Ok((name, _)), Ok(expected)) => assert_eq!(name, expected),
            (Err(failure), Err(says)) => assert!(failure.to_string().contains(says), "{failure}"),
            (chosen, _) => panic!("{chosen:?}"),
        }
    }

    #[test]
    fn ambiguous_program_must_be_chosen() {
        check_chooses(&["a=a.js"], None, Ok("a"));
        check_chooses(&["a=x.js", "b=./x.js"], None, Ok("a"));
        check_chooses(&["a=x.js", "b=x.js", "pkg=x.js"], None, Ok("pkg"));
        check_chooses(&["a=x.js", "b=x.js"], Some("b"), Ok("b"));
        check_chooses(&["a=x.js", "b=x.js", "c=y.js"], None, Err("has several programs"));
        check_chooses(&["a", "b"], Some("b"), Ok("b"));
        check_chooses(&["a", "b"], None, Err("has several programs: `a`, `b`"));
        check_chooses(&["a", "b"], Some("c"), Err("has no program `c`"));
        check_chooses(&[], Some("c"), Err("`pkg` 1.0 has no program\n"));
    }

    #[test]
    fn program_name_is_removed_from_the_arguments() {
        let programs =
            vec![("kilo".to_owned(), "bin/kilo".to_owned()), ("kilocode".to_owned(), "./bin/kilo".to_owned())];
        let facts = Facts { programs, ..wheel_facts("1.0", "", "") };
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        for (given, expected) in [
            ("kilo acp", "acp"),
            ("kilocode acp", "acp"),
            ("acp", "acp"),
            ("acp kilo", "acp kilo"),
            ("kilo kilo", "kilo"),
            ("", ""),
        ] {
            assert_eq!(without_program(&facts, "bin/kilo", words(given)), words(expected), "{given}");
        }
    }

    #[test]
    fn common_versions_are_listed_newest_first() {
        let all = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let own = all("1.0.0 1.1.0 1.2.0-rc.1 1.2.0 1.3.0");
        assert_eq!(common_versions(&own, &all("1.0.0 1.2.0-rc.1 1.2.0")), ["1.2.0", "1.0.0"]);
        assert!(common_versions(&own, &[]).is_empty());
    }

    #[test]
    fn other_versions_are_proposed_only_for_missing_npm_packages() {
        let package = |ecosystem, answer| {
            platform_package(&Cause::new(ecosystem, "@a/b-linux-x64", "1.0.0", answer)).map(str::to_owned)
        };
        assert_eq!(package("npm", Answer::NotFound).as_deref(), Some("@a/b-linux-x64"));
        assert_eq!(package("npm", Answer::OtherChecksum).as_deref(), Some("@a/b-linux-x64"));
        assert_eq!(package("npm", Answer::NoBuild), None);
        assert_eq!(package("pypi", Answer::NotFound), None);
    }

    #[test]
    fn program_kind_is_read_from_its_first_bytes() {
        for (place, head, runs) in [
            ("cli.js", Some(&b"#!/usr/bin/env node\nx"[..]), Runs::Node),
            ("bin/cli", Some(&b"#!/usr/bin/env -S node --x\n"[..]), Runs::Node),
            ("bin/cli", Some(&b"#!/bin/sh\nexec node x\n"[..]), Runs::Native),
            ("bin/cli.js", Some(&b"\x7fELF\x02"[..]), Runs::Native),
            ("cli.mjs", Some(&b"import x"[..]), Runs::Node),
            ("cli.cjs", None, Runs::Node),
            ("bin/cli", None, Runs::Native),
        ] {
            assert_eq!(runs_of(place, head), runs, "{place} {head:?}");
        }
    }
}
