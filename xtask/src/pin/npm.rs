//! The npm half of a lock: versions, the tree, what can really be fetched, and a proof that `npm ci` takes the result.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use registry_core::model::Target;
use serde_json::{Map, Value, json};

use super::groups;
use super::lock::{Draft, PackageLine};
use super::tree::{Package, Tree};
use crate::clients::Tools;
use crate::clients::process::{self, Answer};
use crate::console::Console;
use crate::failure::{Failure, Outcome};

/// A package that an entry names, with the version that is wanted; empty for the latest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Whether the entry says that it is built from source.
    pub source: bool,
}

/// What a registry answers about one version of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Its exact version and integrity.
    Yes {
        /// The version.
        version: String,
        /// The integrity.
        integrity: String,
    },
    /// It is not there.
    No,
}

/// Resolves the npm packages of an entry into a draft.
pub(crate) fn resolve(tools: &Tools, wanted: &[Wanted], draft: &mut Draft, console: Console) -> Outcome<()> {
    let mut exact = BTreeMap::new();
    for Wanted { name, version, .. } in wanted {
        match look_up(tools, name, version)? {
            Found::Yes { version, integrity } => {
                draft.packages.push(PackageLine::new("npm", name, &version, &integrity));
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
    let tree = resolve_tree(tools, &folder, &exact)?;
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
    let answer = process::run(command.args(["view", "--json", &spec, "version", "dist.integrity"]))?;
    if is_absent(&answer) {
        return Ok(Found::No);
    }
    let facts: Value = serde_json::from_str(&answer.stdout).unwrap_or_default();
    let fact = |key: &str| facts.get(key).and_then(Value::as_str).map(str::to_owned);
    match (answer.ok, fact("version"), fact("dist.integrity")) {
        (true, Some(version), Some(integrity)) => Ok(Found::Yes { version, integrity }),
        _ => Err(answer.failure(&format!("looking up `{spec}`"))),
    }
}

/// Whether npm says that the registry has no such thing, which is a fact, and not a failure.
pub(crate) fn is_absent(answer: &Answer) -> bool {
    !answer.ok && ["code E404", "code ETARGET", "code ENOVERSIONS"].iter().any(|code| answer.stderr.contains(code))
}

fn resolve_tree(tools: &Tools, folder: &Path, exact: &BTreeMap<String, String>) -> Outcome<Tree> {
    fresh(folder)?;
    write_json(&folder.join("package.json"), &manifest(exact))?;
    let mut command = tools.npm(folder);
    command.args(["install", "--package-lock-only", "--omit-lockfile-registry-resolved=false"]);
    process::run_well(&mut command, "resolving the tree")?;
    let lock = folder.join("package-lock.json");
    Tree::read(&fs::read_to_string(&lock).map_err(|error| Failure::io("read", &lock, &error))?)
}

fn manifest(exact: &BTreeMap<String, String>) -> Value {
    json!({"name": "agent", "version": "0.0.0", "private": true, "dependencies": exact})
}

/// Fetches every package that is for some machines only: a version that is listed may still answer 404.
fn fetch_platform_packages(tools: &Tools, tree: &Tree) -> Outcome<BTreeMap<String, String>> {
    let restricted =
        |(place, package): &(&String, &Package)| package.platform(place).is_restricted() && package.is_optional();
    let waiting: Mutex<Vec<&Package>> = Mutex::new(tree.packages.iter().filter(restricted).map(|(_, it)| it).collect());
    let next = || waiting.lock().ok()?.pop();
    let work = || -> Outcome<BTreeMap<String, String>> {
        let mut refused = BTreeMap::new();
        while let Some(package) = next() {
            if let Some(reason) = fetch(tools, package)? {
                refused.insert(package.spec(), reason);
            }
        }
        Ok(refused)
    };
    let results: Vec<Outcome<BTreeMap<String, String>>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..2).map(|_| scope.spawn(work)).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    results.into_iter().try_fold(BTreeMap::new(), |mut all, some| {
        all.extend(some?);
        Ok(all)
    })
}

/// Fetches the tarball of a package; the reason, when the registry does not have what it promises.
pub(crate) fn fetch(tools: &Tools, package: &Package) -> Outcome<Option<String>> {
    let spec = package.spec();
    let mut command = tools.npm(tools.cell.scratch().path());
    let answer = process::run(command.args(["pack", "--dry-run", "--json", &spec]))?;
    if is_absent(&answer) {
        return Ok(Some("answers 404".to_owned()));
    }
    let facts: Value = serde_json::from_str(&answer.stdout).unwrap_or_default();
    match facts.pointer("/0/integrity").and_then(Value::as_str).filter(|_| answer.ok) {
        Some(integrity) if integrity == package.integrity => Ok(None),
        Some(_) => Ok(Some("has another checksum than the registry says".to_owned())),
        None => Err(answer.failure(&format!("fetching `{spec}`"))),
    }
}

/// Which targets the tree cannot serve, and why.
fn judge_targets(tree: &Tree, refused: &BTreeMap<String, String>, draft: &mut Draft) {
    let groups = groups::required(tree);
    for target in Target::ALL {
        if let Some(reason) = groups.iter().find_map(|group| group.missing(target, refused)) {
            draft.add_unavailable(target, &reason);
        }
    }
}

/// npm 10 leaves the C library out of its locks, so that `npm ci` would install the packages of both.
fn add_libc(tools: &Tools, tree: &mut Tree) -> Outcome<()> {
    let linux_only =
        |place: &str, package: &Package| package.is_optional() && package.platform(place).linux == Some(true);
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

/// Installs from the reduced lock, as an agent's install will: npm must take it, and everything must be there.
fn prove(tools: &Tools, exact: &BTreeMap<String, String>, tree: &Tree, console: Console) -> Outcome<()> {
    console.step(format!("  `npm ci` from the lock: {} packages", tree.packages.len()));
    let folder = tools.cell.scratch().folder("proof")?;
    install(tools, &folder, exact, tree)?;
    let missing = |(place, package): &(&String, &Package)| !package.is_optional() && !folder.join(place).is_dir();
    let missing = tree.packages.iter().find(missing).map(|(place, _)| place);
    let verdict = missing.map_or(Ok(()), |place| {
        Err(Failure::new(format!("`npm ci` took the lock and left out `{place}`")).help("this is a fault of `pin`"))
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
            entry.insert("integrity".to_owned(), json!(package.integrity));
            entry.insert("resolved".to_owned(), json!(format!("{registry}/{}", package.path)));
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
    /// What npm is asked for.
    pub(crate) fn spec(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }
}
