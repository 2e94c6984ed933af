//! The releases of a package in its registry, queried with npm and uv.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use registry_model::model::{Agent, Artefact, Lock, RuntimeKind, Target, Version};
use serde::Serialize;
use serde_json::Value;
use toml::Table;

use super::choice::Choice;
use crate::clients::Tools;
use crate::clients::process;
use crate::pin::{npm as pin_npm, pypi as pin_pypi};
use registry_command::dates;
use registry_command::failure::{Failure, Outcome};

/// A version with its publication date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dated {
    /// The version.
    pub version: String,
    /// The date, as `2026-01-31`; empty if the registry does not give it.
    pub date: String,
    /// Its age in days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<u64>,
}

impl Dated {
    pub(super) fn new(version: &str, date: &str) -> Self {
        Self { version: version.to_owned(), date: date.to_owned(), days: dates::age(date) }
    }

    /// For a table: `1.2.3 (12 d)`.
    pub fn text(&self) -> String {
        self.days.map_or_else(|| self.version.clone(), |days| format!("{} ({days} d)", self.version))
    }
}

/// The releases of an npm package from the pinned one on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Package {
    pub(super) releases: Vec<Release>,
    /// The publication date of each version.
    pub(super) dates: BTreeMap<String, String>,
    /// The published versions of each platform package that the lock has.
    pub(super) platforms: BTreeMap<String, BTreeSet<String>>,
}

/// A release.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Release {
    pub(super) version: String,
    /// The range of Node.js that it requires.
    pub(super) node: Option<String>,
    /// The deprecation message, if it is deprecated.
    pub(super) deprecated: Option<String>,
    /// Its optional dependencies with exact versions: platform packages are among them.
    pub(super) optional: BTreeMap<String, String>,
}

impl Package {
    /// The publication date of a version; empty if it is unknown.
    pub(super) fn date(&self, version: &str) -> &str {
        self.dates.get(version).map_or("", String::as_str)
    }
}

/// The releases of a package, and of its platform packages; `None` if the registry does not have it.
pub(super) fn npm(tools: &Tools, lock: &Lock<'_>, name: &str, pinned: &str) -> Outcome<Option<Package>> {
    let fields = ["version", "engines.node", "deprecated", "optionalDependencies", "time"];
    let Some(answer) = view(tools, &format!("{name}@>={pinned}"), &fields)? else { return Ok(None) };
    let mut package = read(&answer);
    let optional: BTreeSet<&String> = package.releases.iter().flat_map(|it| it.optional.keys()).collect();
    for name in optional.into_iter().filter(|name| serves_platform(lock, name)).cloned().collect::<Vec<_>>() {
        let published = view(tools, &name, &["versions"])?.unwrap_or_default();
        let versions = published.iter().filter_map(Value::as_str).map(str::to_owned);
        package.platforms.insert(name, versions.collect());
    }
    Ok(Some(package))
}

/// Whether the lock has this package at the top of its tree, for some machines only.
fn serves_platform(lock: &Lock<'_>, name: &str) -> bool {
    let place = format!("node_modules/{name}");
    lock.npm.iter().any(|it| it.place == place && it.platform.is_restricted())
}

/// npm's answer about a package, or about each version of a range.
fn view(tools: &Tools, spec: &str, fields: &[&str]) -> Outcome<Option<Vec<Value>>> {
    let mut command = tools.npm(tools.cell.scratch().path());
    let answer = process::run(command.args(["view", "--json", spec]).args(fields))?;
    if pin_npm::is_absent(&answer) {
        return Ok(None);
    }
    match (answer.ok, serde_json::from_str(&answer.stdout)) {
        (true, Ok(Value::Array(all))) => Ok(Some(all)),
        // npm prints a single version without a list, and nothing when there is none.
        (true, Ok(one)) => Ok(Some(vec![one])),
        (true, Err(_)) if answer.stdout.trim().is_empty() => Ok(Some(Vec::new())),
        _ => Err(answer.failure(&format!("asking for the versions of `{spec}`"))),
    }
}

fn read(answer: &[Value]) -> Package {
    let mut package = Package::default();
    for one in answer {
        let text = |key: &str| one.get(key).and_then(Value::as_str).map(str::to_owned);
        let Some(version) = text("version") else { continue };
        let day = |time: &Value| time.as_str().and_then(|it| it.get(..10)).map(str::to_owned);
        if let Some(date) = one.get("time").and_then(|it| day(it.get(&version)?)) {
            package.dates.insert(version.clone(), date);
        }
        let optional = one.get("optionalDependencies").and_then(Value::as_object).into_iter().flatten();
        let exact = optional.filter_map(|(name, it)| Some((name.clone(), it.as_str()?.to_owned())));
        package.releases.push(Release {
            version,
            node: text("engines.node"),
            deprecated: text("deprecated"),
            optional: exact.filter(|(_, it)| it.starts_with(|first: char| first.is_ascii_digit())).collect(),
        });
    }
    package
}

/// uv's choice for a Python package: the newest version, and the newest that is old enough.
pub(super) fn pypi(
    tools: &Tools,
    agent: &Agent<'_>,
    name: &str,
    pinned: &str,
    min_age: u64,
) -> Outcome<Option<Choice>> {
    let source = is_built(agent, name).then_some(name);
    let python = python(agent);
    let ask = |requirement: &str, before: Option<&str>| resolve(tools, requirement, python, source, before);
    let (Some(newest), old_enough) = (ask(name, None)?, ask(name, Some(&dates::before(min_age)))?) else {
        return Ok(None);
    };
    let current = ask(&format!("{name}=={pinned}"), None)?.unwrap_or_else(|| Dated::new(pinned, ""));
    // uv chooses a version below the pin when no newer one is old enough.
    let goes_back = |it: &Dated| it.date < current.date;
    let allowed = old_enough.filter(|it| !goes_back(it)).unwrap_or_else(|| current.clone());
    let too_young = newest.version != allowed.version;
    let days = newest.days.unwrap_or_default();
    let why = too_young.then(|| format!("{} is {days} days old, and {min_age} are required", newest.version));
    let candidates = if allowed.version == current.version { Vec::new() } else { vec![allowed.clone()] };
    Ok(Some(Choice { pinned: current, newest, allowed, why: why.into_iter().collect(), candidates }))
}

/// The versions of a Python package after the pinned one up to another, the oldest first: uv is asked for the newest
/// version before each.
pub(super) fn pypi_between(
    tools: &Tools,
    agent: &Agent<'_>,
    name: &str,
    pinned: &Dated,
    last: &Dated,
) -> Outcome<Vec<Dated>> {
    let source = is_built(agent, name).then_some(name);
    let mut found = vec![last.clone()];
    while let Some(earliest) = found.last() {
        let Some(day) = dates::day_before(&earliest.date) else { break };
        match resolve(tools, name, python(agent), source, Some(&day))? {
            Some(earlier) if earlier.date > pinned.date && earlier.date < earliest.date => found.push(earlier),
            _ => break,
        }
    }
    found.reverse();
    Ok(found)
}

/// A version of a package by its number; `None` if the registry does not have it.
pub(super) fn one(
    tools: &Tools,
    agent: &Agent<'_>,
    ecosystem: &str,
    name: &str,
    version: &str,
) -> Outcome<Option<Dated>> {
    if ecosystem == "npm" {
        let answer = view(tools, &format!("{name}@{version}"), &["version", "time"])?.unwrap_or_default();
        let package = read(&answer);
        return Ok(package.releases.first().map(|it| Dated::new(&it.version, package.date(&it.version))));
    }
    resolve(tools, &format!("{name}=={version}"), python(agent), is_built(agent, name).then_some(name), None)
}

/// The Python that releases for an agent must accept.
fn python(agent: &Agent<'_>) -> Version {
    agent.python().unwrap_or(RuntimeKind::Python.default_version())
}

/// Whether an entry declares that a Python package is built from source.
fn is_built(agent: &Agent<'_>, name: &str) -> bool {
    let built = |it: &Artefact<'_>| matches!(it, Artefact::Pypi(it) if it.package == name && !it.source.is_empty());
    agent.install.iter().any(built)
}

/// uv's resolution of a requirement, without dependencies; `None` if there is no such package or version.
fn resolve(
    tools: &Tools,
    requirement: &str,
    python: Version,
    source: Option<&str>,
    before: Option<&str>,
) -> Outcome<Option<Dated>> {
    // A separate folder, since several packages are resolved at once.
    let own = format!("outdated-{requirement}-{}", before.unwrap_or_default());
    let folder = tools.cell.scratch().folder(&own.replace(|char: char| !char.is_ascii_alphanumeric(), "-"))?;
    let input = folder.join("packages.txt");
    fs::write(&input, requirement).map_err(|error| Failure::io("write", &input, &error))?;
    let sources: Vec<&str> = source.into_iter().collect();
    let machine = (Target::LinuxX64, python);
    let mut command = pin_pypi::compile_command(tools, &folder, &input, machine, &sources, true);
    if let Some(day) = before {
        command.args(["--exclude-newer", day]);
    }
    let answer = process::run(&mut command)?;
    if !answer.ok && answer.stderr.contains("No solution found") {
        return Ok(None);
    }
    if !answer.ok {
        return Err(answer.failure(&format!("asking for `{requirement}`")));
    }
    read_pylock(&answer.stdout).map(Some).ok_or_else(|| Failure::new(format!("uv gives no version of `{requirement}`")))
}

/// The version of the one package of a pylock.toml, with the day of its first file.
fn read_pylock(text: &str) -> Option<Dated> {
    let table: Table = text.parse().ok()?;
    let package = table.get("packages")?.as_array()?.first()?;
    let files = package.get("wheels").and_then(|it| it.as_array()?.first()).or_else(|| package.get("sdist"));
    let time = match files.and_then(|it| it.get("upload-time")) {
        Some(toml::Value::Datetime(time)) => time.to_string(),
        Some(toml::Value::String(time)) => time.clone(),
        _ => String::new(),
    };
    Some(Dated::new(package.get("version")?.as_str()?, time.get(..10).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn npm_view_answer_is_parsed() {
        let time = json!({"1.0.0": "2026-01-31T10:00:00.000Z", "1.1.0": "2026-02-28T10:00:00.000Z"});
        let answer = [
            json!({"version": "1.0.0", "engines.node": ">=20", "time": time}),
            json!({"version": "1.1.0", "deprecated": "gone", "time": time,
                "optionalDependencies": {"a-linux-x64": "1.1.0", "fsevents": "^2", "b": "npm:c@1.0.0"}}),
            json!({"engines.node": ">=20"}),
        ];
        let package = read(&answer);
        assert_eq!((package.releases.len(), package.date("1.0.0"), package.date("9.9.9")), (2, "2026-01-31", ""));
        let last = package.releases.last().expect("there is one");
        assert_eq!(last.optional, BTreeMap::from([("a-linux-x64".to_owned(), "1.1.0".to_owned())]));
        assert_eq!((last.node.as_deref(), last.deprecated.as_deref()), (None, Some("gone")));
    }

    #[test]
    fn uv_pylock_answer_is_parsed() {
        let pylock = "[[packages]]\nname = \"a\"\nversion = \"1.7.4\"\n\
                      wheels = [{ name = \"a.whl\", upload-time = 2026-11-03T01:02:03Z, hashes = { sha256 = \"0\" } }]\n";
        assert_eq!(read_pylock(pylock), Some(Dated::new("1.7.4", "2026-11-03")));
        assert_eq!(read_pylock("packages = []"), None);
    }

    #[test]
    fn only_locked_platform_packages_are_checked() {
        let lock = "format 1\npackage npm a 1.0.0 sha512-x\nnpm node_modules/a-x64 1.0.0 sha512-x a {\"cpu\":[\"x64\"]}\n\
                    npm node_modules/b 1.0.0 sha512-x b {}\n";
        let lock = Lock::parse(lock).expect("it is a lock");
        assert_eq!(["a-x64", "b", "c"].map(|name| serves_platform(&lock, name)), [true, false, false]);
    }
}
