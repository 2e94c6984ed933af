//! The npm tree: a package-lock, reduced to the packages that a Linux machine needs.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use percent_encoding::percent_decode_str;
use registry_model::model::{Lock, LockedNpm};
use serde_json::{Map, Value};

use super::platform::Platform;
use registry_command::failure::{Failure, Outcome};

/// The fields of an entry that `npm ci` needs besides place, version, integrity and tarball; a `name` marks an alias.
const NEEDED: &[&str] = &[
    "bin",
    "bundleDependencies",
    "cpu",
    "dependencies",
    "engines",
    "hasInstallScript",
    "libc",
    "name",
    "optional",
    "optionalDependencies",
    "os",
    "peerDependencies",
    "peerDependenciesMeta",
];

/// A package of the tree.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Package {
    /// Its name in the registry.
    pub name: String,
    /// Its exact version.
    pub version: String,
    /// Its tarball; `None` for a package that is bundled in another's tarball.
    pub tarball: Option<Tarball>,
    /// Its complete entry in the package-lock.
    pub entry: Map<String, Value>,
}

/// A tarball of the registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tarball {
    /// Its integrity; empty when npm recorded none.
    pub integrity: String,
    /// Its path, relative to the registry.
    pub path: String,
}

/// Packages by their places.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tree {
    /// The packages.
    pub packages: BTreeMap<String, Package>,
}

impl Tree {
    /// Reads the text of a package-lock.
    pub(crate) fn read(text: &str) -> Outcome<Self> {
        let unreadable = |why: &str| Failure::new(format!("npm wrote a package-lock that cannot be read: {why}"));
        let lock: Value = serde_json::from_str(text).map_err(|error| unreadable(&error.to_string()))?;
        let entries = lock.get("packages").and_then(Value::as_object).ok_or_else(|| unreadable("no `packages`"))?;
        let mut tree = Self::default();
        for (place, entry) in entries.iter().filter(|(place, _)| !place.is_empty()) {
            let entry = entry.as_object().ok_or_else(|| unreadable(place))?;
            let package = Package::read(place, entry).ok_or_else(|| unreadable(&format!("`{place}`")))?;
            tree.packages.insert(place.clone(), package);
        }
        Ok(tree)
    }

    /// The tree of a lock.
    pub(crate) fn of_lock(lock: &Lock<'_>) -> Self {
        let package = |line: &LockedNpm<'_>| {
            let tarball =
                line.tarball.map(|it| Tarball { integrity: it.integrity.to_owned(), path: it.path.to_owned() });
            // Parsing the lock has checked that this is an object.
            let entry = serde_json::from_str(line.rest).unwrap_or_default();
            Package { name: line.name.to_string(), version: line.version.to_owned(), tarball, entry }
        };
        Self { packages: lock.npm.iter().map(|line| (line.place.to_owned(), package(line))).collect() }
    }

    /// Removes packages and dependencies that only they need.
    pub(crate) fn without(&self, roots: &[String], refused: impl Fn(&str, &Package) -> bool) -> Self {
        let kept = |place: &str| self.packages.get(place).filter(|package| !refused(place, package));
        let mut reached = BTreeSet::new();
        let mut waiting: VecDeque<String> = roots.iter().map(|name| format!("node_modules/{name}")).collect();
        while let Some(place) = waiting.pop_front() {
            let Some(package) = kept(&place) else { continue };
            if !reached.insert(place.clone()) {
                continue;
            }
            waiting.extend(package.needs().filter_map(|name| self.resolve(&place, name)));
        }
        let packages = self.packages.iter().filter(|(place, _)| reached.contains(*place));
        Self { packages: packages.map(|(place, package)| (place.clone(), package.clone())).collect() }
    }

    /// The place of a dependency of a package, as Node.js resolves it.
    pub(crate) fn resolve(&self, from: &str, name: &str) -> Option<String> {
        let mut folder = from;
        loop {
            let place = if folder.is_empty() {
                format!("node_modules/{name}")
            } else {
                format!("{folder}/node_modules/{name}")
            };
            if self.packages.contains_key(&place) {
                return Some(place);
            }
            if folder.is_empty() {
                return None;
            }
            folder = folder.rsplit_once("/node_modules/").map_or("", |(parent, _)| parent);
        }
    }

    /// The rest of a package's line: the fields for npm, without optional packages that are not in the tree.
    ///
    /// With them, `npm ci` would ask the registry for them, and reject the lock if they exist.
    pub(crate) fn rest(&self, place: &str, package: &Package) -> String {
        let mut rest: Map<String, Value> = Map::new();
        for &key in NEEDED {
            let Some(value) = package.entry.get(key) else { continue };
            let value = match (key, value) {
                ("optionalDependencies", Value::Object(names)) => {
                    let known = |name: &str| self.resolve(place, name).is_some();
                    Value::Object(
                        names.iter().filter(|(name, _)| known(name)).map(|(k, v)| (k.clone(), v.clone())).collect(),
                    )
                }
                _ => value.clone(),
            };
            if value.as_object().is_none_or(|object| !object.is_empty()) {
                rest.insert(key.to_owned(), value);
            }
        }
        // With another package in the build, the JSON library may keep the order of insertion.
        let mut rest = Value::Object(rest);
        rest.sort_all_objects();
        rest.to_string()
    }
}

impl Package {
    fn read(place: &str, entry: &Map<String, Value>) -> Option<Self> {
        let text = |key: &str| entry.get(key).and_then(Value::as_str);
        let known_as = place.rsplit_once("node_modules/")?.1;
        let name = text("name").unwrap_or(known_as).to_owned();
        let version = text("version")?.to_owned();
        let tarball = if entry.get("inBundle") == Some(&Value::Bool(true)) {
            None
        } else {
            let path = relative(text("resolved")?, &name)?;
            Some(Tarball { integrity: text("integrity").unwrap_or_default().to_owned(), path })
        };
        Some(Self { version, tarball, entry: entry.clone(), name })
    }

    /// Its machines.
    pub(crate) fn platform(&self, place: &str) -> Platform {
        let known_as = place.rsplit_once("node_modules/").map_or(place, |(_, name)| name);
        Platform::of(known_as, Some(&Value::Object(self.entry.clone())))
    }

    /// Whether only some machines fetch its tarball, and the tree works without it.
    pub(crate) fn is_fetched_for_some(&self, place: &str) -> bool {
        self.is_optional() && self.tarball.is_some() && self.platform(place).is_restricted()
    }

    /// Whether the tree works without it.
    pub(crate) fn is_optional(&self) -> bool {
        self.entry.get("optional") == Some(&Value::Bool(true))
    }

    /// The names and versions of its optional dependencies.
    pub(crate) fn optional_dependencies(&self) -> impl Iterator<Item = (&str, &str)> {
        let names = self.entry.get("optionalDependencies").and_then(Value::as_object);
        names.into_iter().flatten().map(|(name, version)| (name.as_str(), version.as_str().unwrap_or_default()))
    }

    fn needs(&self) -> impl Iterator<Item = &str> {
        let keys = ["dependencies", "optionalDependencies", "peerDependencies"];
        keys.into_iter().filter_map(|key| self.entry.get(key)?.as_object()).flat_map(Map::keys).map(String::as_str)
    }
}

/// A tarball's path relative to the registry: locks have no host.
pub(crate) fn relative(url: &str, name: &str) -> Option<String> {
    let url = percent_decode_str(url).decode_utf8().ok()?;
    if let Some(start) = url.find(&format!("/{name}/-/")) {
        return url.get(start + 1..).map(str::to_owned);
    }
    let (_, rest) = url.split_once("://")?;
    Some(rest.split_once('/')?.1.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = r#"{"packages": {
        "": {"dependencies": {"a": "1.0.0"}},
        "node_modules/a": {"version": "1.0.0", "resolved": "https://r.example/npm/a/-/a-1.0.0.tgz", "integrity": "sha512-x", "license": "MIT",
            "dependencies": {"b": "^1"}, "optionalDependencies": {"a-darwin-x64": "1.0.0", "a-linux-x64": "1.0.0", "a-linux-arm64": "1.0.0"}},
        "node_modules/a-darwin-x64": {"version": "1.0.0", "resolved": "https://r.example/npm/a-darwin-x64/-/a-darwin-x64-1.0.0.tgz", "os": ["darwin"], "cpu": ["x64"], "optional": true,
            "dependencies": {"only-darwin": "1"}},
        "node_modules/a-linux-x64": {"name": "@s/a", "version": "1.0.0-linux-x64", "resolved": "https://r.example/npm/@s%2fa/-/a-1.0.0-linux-x64.tgz", "os": ["linux"], "cpu": ["x64"], "optional": true},
        "node_modules/only-darwin": {"version": "1.0.0", "resolved": "https://r.example/npm/only-darwin/-/only-darwin-1.0.0.tgz", "optional": true},
        "node_modules/b": {"version": "1.2.3", "resolved": "https://r.example/npm/b/-/b-1.2.3.tgz", "engines": {"node": ">=18"}}
    }}"#;

    fn reduced() -> Tree {
        let tree = Tree::read(LOCK).expect("the lock is well-formed");
        tree.without(&["a".to_owned()], |place, package| package.platform(place).is_foreign())
    }

    #[test]
    fn packages_for_other_systems_are_removed_with_their_dependencies() {
        let places: Vec<String> = reduced().packages.into_keys().collect();
        assert_eq!(places, ["node_modules/a", "node_modules/a-linux-x64", "node_modules/b"]);
    }

    #[test]
    fn removed_optional_packages_are_not_listed() {
        let tree = reduced();
        let package = &tree.packages["node_modules/a"];
        let expected = r#"{"dependencies":{"b":"^1"},"optionalDependencies":{"a-linux-x64":"1.0.0"}}"#;
        assert_eq!(tree.rest("node_modules/a", package), expected);
    }

    #[test]
    fn tarball_paths_have_no_host() {
        let tree = reduced();
        let path = |place: &str| tree.packages[place].tarball.as_ref().map(|it| it.path.as_str());
        assert_eq!(path("node_modules/a"), Some("a/-/a-1.0.0.tgz"));
        assert_eq!(path("node_modules/a-linux-x64"), Some("@s/a/-/a-1.0.0-linux-x64.tgz"));
        assert_eq!(relative("https://r.example/elsewhere/x.tgz", "a").as_deref(), Some("elsewhere/x.tgz"));
    }

    /// What npm 10.9.3 wrote for `openclaw` 2026.9.6, cut down to the package, what it bundles, and one other.
    const BUNDLE: &str = include_str!("../../../../tests/vectors/npm_bundle.json");

    #[test]
    fn bundled_package_has_no_tarball() {
        let tree = Tree::read(BUNDLE).expect("the lock is well-formed");
        let kept = tree.without(&["openclaw".to_owned()], |_, _| false);
        let seen: Vec<(&str, &str, bool)> = kept
            .packages
            .iter()
            .map(|(place, it)| (place.as_str(), it.version.as_str(), it.tarball.is_some()))
            .collect();
        let bundled = "node_modules/openclaw/node_modules/chrome-devtools-mcp";
        assert_eq!(
            seen,
            [
                ("node_modules/ms", "2.1.3", true),
                ("node_modules/openclaw", "2026.9.6", true),
                (bundled, "1.8.0", false)
            ]
        );
        let rest = kept.rest("node_modules/openclaw", &kept.packages["node_modules/openclaw"]);
        assert!(rest.contains(r#""bundleDependencies":["chrome-devtools-mcp"]"#), "{rest}");
    }

    #[test]
    fn unbundled_package_without_a_tarball_is_rejected() {
        let text = r#"{"packages": {"node_modules/a": {"version": "1.0.0"}}}"#;
        let failure = Tree::read(text).expect_err("it has no place");
        assert!(failure.to_string().contains("`node_modules/a`"), "{failure}");
    }
}
