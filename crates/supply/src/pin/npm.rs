//! The npm half of a lock: versions, the tree, a fetch of every package, and a proof that `npm ci` accepts the result.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use registry_model::model::{Answer, Target};
use serde_json::{Map, Value, json};

use super::age::Cutoff;
use super::lock::{Draft, PackageLine, Statement, Unresolved};
use super::tree::{Package, Tree};
use super::{age, groups};
use crate::clients::Tools;
use crate::clients::process;
use registry_command::console::Console;
use registry_command::failure::{Failure, Outcome};

/// A package that an entry names, with the wanted version; empty for the latest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Whether the entry declares that it is built from source.
    pub source: bool,
}

/// A registry's answer about one version of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Its exact version and integrity.
    Yes {
        /// The version.
        version: String,
        /// The integrity.
        integrity: String,
        /// The date of its release, if the registry gives it.
        published: Option<String>,
        /// Its provenance, if the registry serves one.
        provenance: Option<Statement>,
    },
    /// It does not exist.
    No,
}

/// Resolves the npm packages of an entry into a draft.
pub(crate) fn resolve(
    tools: &Tools,
    wanted: &[Wanted],
    mut cutoff: Cutoff,
    draft: &mut Draft,
    console: Console,
) -> Result<(), Unresolved> {
    let mut exact = BTreeMap::new();
    for Wanted { name, version, .. } in wanted {
        let found = if version.is_empty() { old_enough(tools, name, console)? } else { look_up(tools, name, version)? };
        match found {
            Found::Yes { version, integrity, published, provenance } => {
                cutoff.admit(&format!("{name}@{version}"), published.as_deref());
                let line = PackageLine::new("npm", name, &version, &integrity, published);
                draft.packages.push(line.with_provenance(provenance));
                exact.insert(name.clone(), version);
            }
            Found::No => draft.add_absent("npm", name, version)?,
        }
    }
    if exact.len() < wanted.len() {
        return Ok(());
    }
    let roots: Vec<String> = exact.keys().cloned().collect();
    let folder = tools.cell.scratch().folder("npm")?;
    console.step(format!("  {cutoff}"));
    let tree = resolve_tree(tools, &folder, &exact, &cutoff)?;
    let linux = tree.without(&roots, |place, package| package.platform(place).is_foreign());
    console.step(format!(
        "  {} packages, {} of them for Linux; fetching those for one machine",
        tree.packages.len(),
        linux.packages.len()
    ));
    let refused = fetch_platform_packages(tools, &linux)?;
    judge_targets(&tree, &refused, draft);
    let mut kept = linux.without(&roots, |_, package| refused.contains_key(&package.spec()));
    add_libc(tools, &mut kept)?;
    prove(tools, &exact, &kept, console)?;
    draft.npm = kept;
    Ok(())
}

/// Asks for a version of a package, or for the latest.
pub(crate) fn look_up(tools: &Tools, name: &str, version: &str) -> Outcome<Found> {
    let spec = format!("{name}@{}", if version.is_empty() { "latest" } else { version });
    let mut command = tools.npm(tools.cell.scratch().path());
    let answer = process::run(command.args(["view", "--json", &spec]).args(FACTS))?;
    if is_absent(&answer) {
        return Ok(Found::No);
    }
    let found = serde_json::from_str(&answer.stdout).ok().and_then(|facts| read_facts(&facts));
    found.filter(|_| answer.ok).ok_or_else(|| answer.failure(&format!("looking up `{spec}`")))
}

/// What npm is asked for.
const FACTS: [&str; 5] = ["version", "dist.integrity", "time", "dist.attestations", "repository.url"];

/// Reads npm's answer about a version. A registry without provenance leaves `dist.attestations` out.
fn read_facts(facts: &Value) -> Option<Found> {
    let fact = |key: &str| facts.get(key).and_then(Value::as_str).map(str::to_owned);
    let (version, integrity) = (fact("version")?, fact("dist.integrity")?);
    let published = day_of(facts.get("time"), &version);
    let word =
        |text: Option<&str>| text.filter(|it| !it.is_empty() && !it.contains(char::is_whitespace)).map(str::to_owned);
    let kind = word(facts.pointer("/dist.attestations/provenance/predicateType").and_then(Value::as_str));
    let source = word(facts.get("repository.url").and_then(Value::as_str)).unwrap_or_else(|| "-".to_owned());
    let provenance = kind.map(|kind| Statement { kind, source });
    Some(Found::Yes { version, integrity, published, provenance })
}

/// The date of a version, from npm's times of all versions of a package.
pub(crate) fn day_of(times: Option<&Value>, version: &str) -> Option<String> {
    times?.get(version)?.as_str()?.get(..10).map(str::to_owned)
}

/// The newest release that is old enough: the pin of a package that is named without a version.
pub(crate) fn old_enough(tools: &Tools, name: &str, console: Console) -> Outcome<Found> {
    let latest = look_up(tools, name, "")?;
    let Found::Yes { version, published: Some(day), .. } = &latest else { return Ok(latest) };
    let limit = age::limit();
    if *day < limit {
        return Ok(latest);
    }
    let mut command = tools.npm(tools.cell.scratch().path());
    let purpose = format!("asking for the versions of `{name}`");
    let answer = process::run_well(command.args(["view", "--json", name, "versions", "time"]), &purpose)?;
    let older = serde_json::from_str(&answer.stdout).ok().and_then(|it| newest_before(&it, version, &limit));
    let Some(older) = older else {
        let message = format!("`{name}` has no release before {limit}, and the latest, {version}, is of {day}");
        return Err(Failure::new(message).help(format!("name the version: `{name}={version}`")));
    };
    console.step(format!("  {name} {version} is of {day}, younger than {} days: using {older}", age::MIN_DAYS));
    look_up(tools, name, &older)
}

/// The newest version before a day, from npm's answer about `versions` and `time`; it lists versions in order.
fn newest_before(answer: &Value, latest: &str, limit: &str) -> Option<String> {
    let versions = answer.get("versions")?.as_array()?.iter().filter_map(Value::as_str);
    let is_old = |version: &str| day_of(answer.get("time"), version).is_some_and(|day| day.as_str() < limit);
    let released: Vec<&str> = versions.take_while(|it| *it != latest).filter(|it| !it.contains('-')).collect();
    released.into_iter().rev().find(|it| is_old(it)).map(str::to_owned)
}

/// Whether npm reports that the registry does not have something, which is a fact and not a failure.
pub(crate) fn is_absent(answer: &process::ProcessOutput) -> bool {
    !answer.ok && ["code E404", "code ETARGET", "code ENOVERSIONS"].iter().any(|code| answer.stderr.contains(code))
}

/// What npm says if no releases meet the requirements of a tree.
fn no_solution(answer: &process::ProcessOutput) -> Option<String> {
    let said = answer.stderr.lines().filter_map(|line| line.strip_prefix("npm error "));
    let after = |mark: &str| said.clone().skip_while(|line| !line.contains(mark)).nth(1);
    if is_absent(answer) {
        // `notarget No matching version …`, `404 Not Found …`
        return after("code E").and_then(|line| line.split_once(' ')).map(|(_, why)| why.to_owned());
    }
    let conflicts = !answer.ok && answer.stderr.contains("code ERESOLVE");
    let why = after("Could not resolve dependency:").filter(|_| conflicts)?;
    Some(format!("a conflict: {why}"))
}

fn resolve_tree(
    tools: &Tools,
    folder: &Path,
    exact: &BTreeMap<String, String>,
    cutoff: &Cutoff,
) -> Result<Tree, Unresolved> {
    fresh(folder)?;
    write_json(&folder.join("package.json"), &manifest(exact))?;
    let mut command = tools.npm(folder);
    command.args(["install", "--package-lock-only", "--omit-lockfile-registry-resolved=false"]);
    command.args(["--before", &cutoff.instant()]);
    let answer = process::run(&mut command)?;
    if let Some(why) = no_solution(&answer) {
        let roots: Vec<String> = exact.iter().map(|(name, version)| format!("`{name}@{version}`")).collect();
        return Err(Unresolved::NoSolution(format!("{} cannot be installed: {why}", roots.join(" with "))));
    }
    if !answer.ok {
        return Err(answer.failure("resolving the tree").into());
    }
    let lock = folder.join("package-lock.json");
    Ok(Tree::read(&fs::read_to_string(&lock).map_err(|error| Failure::io("read", &lock, &error))?)?)
}

fn manifest(exact: &BTreeMap<String, String>) -> Value {
    json!({"name": "agent", "version": "0.0.0", "private": true, "dependencies": exact})
}

/// Fetches every platform package: a version that is listed can still answer 404.
fn fetch_platform_packages(tools: &Tools, tree: &Tree) -> Outcome<BTreeMap<String, Answer<'static>>> {
    let restricted = |(place, package): &(&String, &Package)| package.is_fetched_for_some(place);
    let waiting: Mutex<Vec<&Package>> = Mutex::new(tree.packages.iter().filter(restricted).map(|(_, it)| it).collect());
    let next = || waiting.lock().ok()?.pop();
    let work = || -> Outcome<BTreeMap<String, Answer<'static>>> {
        let mut refused = BTreeMap::new();
        while let Some(package) = next() {
            if let Some(reason) = fetch(tools, package)? {
                refused.insert(package.spec(), reason);
            }
        }
        Ok(refused)
    };
    let results: Vec<Outcome<BTreeMap<String, Answer<'static>>>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..2).map(|_| scope.spawn(work)).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    results.into_iter().try_fold(BTreeMap::new(), |mut all, some| {
        all.extend(some?);
        Ok(all)
    })
}

/// Fetches the tarball of a package; returns the registry's answer if it does not have what it lists.
pub(crate) fn fetch(tools: &Tools, package: &Package) -> Outcome<Option<Answer<'static>>> {
    let spec = package.spec();
    let mut command = tools.npm(tools.cell.scratch().path());
    let answer = process::run(command.args(["pack", "--dry-run", "--json", &spec]))?;
    if is_absent(&answer) {
        return Ok(Some(Answer::NotFound));
    }
    let facts: Value = serde_json::from_str(&answer.stdout).unwrap_or_default();
    match facts.pointer("/0/integrity").and_then(Value::as_str).filter(|_| answer.ok) {
        Some(integrity) if package.tarball.as_ref().is_some_and(|it| it.integrity == integrity) => Ok(None),
        Some(_) => Ok(Some(Answer::OtherChecksum)),
        None => Err(answer.failure(&format!("fetching `{spec}`"))),
    }
}

/// Records the targets that the tree cannot serve, and why.
fn judge_targets(tree: &Tree, refused: &BTreeMap<String, Answer<'static>>, draft: &mut Draft) {
    let groups = groups::required(tree);
    for target in Target::ALL {
        if let Some(cause) = groups.iter().find_map(|group| group.missing(target, refused)) {
            draft.add_unavailable(target, cause);
        }
    }
}

/// Adds the C library to the tree: npm 10 omits it from its locks, so that `npm ci` would install the packages of both.
fn add_libc(tools: &Tools, tree: &mut Tree) -> Outcome<()> {
    let linux_only = |place: &str, package: &Package| {
        package.is_optional() && package.tarball.is_some() && package.platform(place).linux == Some(true)
    };
    let places: Vec<String> =
        tree.packages.iter().filter(|(place, it)| linux_only(place, it)).map(|(place, _)| place.clone()).collect();
    for place in places {
        let Some(package) = tree.packages.get_mut(&place) else { continue };
        let spec = package.spec();
        let mut command = tools.npm(tools.cell.scratch().path());
        let answer =
            process::run_well(command.args(["view", "--json", &spec, "libc"]), &format!("looking up `{spec}`"))?;
        let libc: Value = serde_json::from_str(&answer.stdout).unwrap_or_default();
        let libc = if libc.is_string() { json!([libc]) } else { libc };
        if libc.is_array() {
            package.entry.insert("libc".to_owned(), libc);
        }
    }
    Ok(())
}

/// Installs from the reduced lock, as an agent's install does: npm must accept it, and every package must be installed.
fn prove(tools: &Tools, exact: &BTreeMap<String, String>, tree: &Tree, console: Console) -> Outcome<()> {
    console.step(format!("  `npm ci` from the lock: {} packages", tree.packages.len()));
    let folder = tools.cell.scratch().folder("proof")?;
    install(tools, &folder, exact, tree)?;
    let missing = |(place, package): &(&String, &Package)| !package.is_optional() && !folder.join(place).is_dir();
    let missing = tree.packages.iter().find(missing).map(|(place, _)| place);
    let verdict = missing.map_or(Ok(()), |place| {
        Err(Failure::new(format!("`npm ci` accepted the lock and omitted `{place}`")).help("this is a bug in `pin`"))
    });
    fresh(&folder)?;
    verdict
}

/// Installs a tree with `npm ci`.
pub(crate) fn install(tools: &Tools, folder: &Path, exact: &BTreeMap<String, String>, tree: &Tree) -> Outcome<()> {
    fresh(folder)?;
    let base = tools.npm_registry()?;
    write_json(&folder.join("package.json"), &manifest(exact))?;
    write_json(&folder.join("package-lock.json"), &package_lock(exact, tree, &base))?;
    process::run_well(tools.npm(folder).arg("ci"), "installing from the lock").map(drop)
}

fn package_lock(exact: &BTreeMap<String, String>, tree: &Tree, registry: &str) -> Value {
    let mut packages = Map::new();
    packages.insert(String::new(), manifest(exact));
    for (place, package) in &tree.packages {
        let mut entry: Value = serde_json::from_str(&tree.rest(place, package)).unwrap_or_default();
        if let Some(entry) = entry.as_object_mut() {
            entry.insert("version".to_owned(), json!(package.version));
            if let Some(tarball) = &package.tarball {
                entry.insert("integrity".to_owned(), json!(tarball.integrity));
                entry.insert("resolved".to_owned(), json!(format!("{registry}/{}", tarball.path)));
            } else {
                entry.insert("inBundle".to_owned(), json!(true));
            }
        }
        packages.insert(place.clone(), entry);
    }
    json!({"name": "agent", "version": "0.0.0", "lockfileVersion": 3, "requires": true, "packages": packages})
}

fn fresh(folder: &Path) -> Outcome<()> {
    let made = fs::remove_dir_all(folder).and_then(|()| fs::create_dir_all(folder));
    made.map_err(|error| Failure::io("empty", folder, &error))
}

fn write_json(path: &PathBuf, value: &Value) -> Outcome<()> {
    fs::write(path, value.to_string()).map_err(|error| Failure::io("write", path, &error))
}

impl Package {
    /// The package spec for npm.
    pub(crate) fn spec(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newest_release_before_the_cutoff_is_chosen() {
        let time = json!({"1.0.0": "2026-01-01T00:00:00Z", "1.1.0": "2026-02-01T00:00:00Z", "1.1.1-rc.1":
            "2026-02-02T00:00:00Z", "1.2.0": "2026-02-10T00:00:00Z", "2.0.0": "2026-01-02T00:00:00Z"});
        let versions = json!(["1.0.0", "1.1.0", "1.1.1-rc.1", "1.2.0", "2.0.0"]);
        let answer = json!({"versions": versions, "time": time});
        let newest = |limit| newest_before(&answer, "1.2.0", limit);
        assert_eq!(newest("2026-02-09").as_deref(), Some("1.1.0"));
        assert_eq!(newest("2026-02-01").as_deref(), Some("1.0.0"));
        assert_eq!(newest("2026-01-01"), None);
        // Without times, no version is known to be old enough.
        assert_eq!(newest_before(&json!({"versions": ["1.0.0", "1.2.0"]}), "1.2.0", "2026-02-09"), None);
    }

    /// The answers of npm 11.19.1 over a registry that serves provenance, and over one that serves none.
    #[test]
    fn provenance_is_read_where_the_registry_serves_it() {
        let served = json!({
            "version": "1.2.0", "dist.integrity": "sha512-x", "time": {"1.2.0": "2026-01-02T00:00:00Z"},
            "dist.attestations": {
                "url": "https://registry.example/-/npm/v1/attestations/polly@1.2.0",
                "provenance": {"predicateType": "https://slsa.dev/provenance/v1"},
            },
            "repository.url": "git+https://example.org/polly.git",
        });
        let provenance = |facts: &Value| match read_facts(facts) {
            Some(Found::Yes { provenance, published, .. }) => (provenance, published),
            _ => panic!("{facts}"),
        };
        let (kind, source) = ("https://slsa.dev/provenance/v1", "git+https://example.org/polly.git");
        let statement = |source: &str| Some(Statement { kind: kind.to_owned(), source: source.to_owned() });
        assert_eq!(provenance(&served), (statement(source), Some("2026-01-02".to_owned())));
        let mut silent = served.clone();
        silent["repository.url"] = Value::Null;
        assert_eq!(provenance(&silent).0, statement("-"));
        let none = json!({"version": "1.2.0", "dist.integrity": "sha512-x", "repository.url": source});
        assert_eq!(provenance(&none), (None, None));
        assert!(read_facts(&json!({"version": "1.2.0"})).is_none());
    }

    /// npm 11.19.1 said these.
    #[test]
    fn missing_and_conflicting_releases_are_told_from_failures() {
        let no_solution = |stderr: &str| {
            no_solution(&process::ProcessOutput {
                ok: false,
                stdout: String::new(),
                stderr: stderr.to_owned(),
                line: String::new(),
            })
        };
        let missing = "npm error code ETARGET\nnpm error notarget No matching version found for left-pad@99.0.0.\n\
            npm error notarget In most cases you or one of your dependencies are requesting\n";
        assert_eq!(no_solution(missing).as_deref(), Some("No matching version found for left-pad@99.0.0."));
        let conflict = "npm error code ERESOLVE\nnpm error ERESOLVE unable to resolve dependency tree\nnpm error\n\
            npm error Found: react@16.0.0\nnpm error Could not resolve dependency:\n\
            npm error peer react@\"^18.2.0\" from react-dom@18.2.0\n";
        let why = "a conflict: peer react@\"^18.2.0\" from react-dom@18.2.0";
        assert_eq!(no_solution(conflict).as_deref(), Some(why));
        assert_eq!(no_solution("npm error code ECONNREFUSED\nnpm error syscall connect\n"), None);
    }

    #[test]
    fn bundled_package_is_written_to_package_lock_as_by_npm() {
        let tree = Tree::read(include_str!("../../../../tests/vectors/npm_bundle.json")).expect("it is a lock");
        let lock = package_lock(&BTreeMap::new(), &tree, "https://r.example");
        let bundled = &lock["packages"]["node_modules/openclaw/node_modules/chrome-devtools-mcp"];
        assert_eq!((bundled["inBundle"].as_bool(), bundled.get("resolved")), (Some(true), None));
        let parent = &lock["packages"]["node_modules/openclaw"];
        assert_eq!(parent["resolved"], "https://r.example/openclaw/-/openclaw-2026.9.6.tgz");
        assert_eq!(parent.get("inBundle"), None);
    }
}
