//! The targets that an npm tree can serve: groups of optional packages, of which a machine needs one.

use std::collections::BTreeMap;

use registry_model::model::{Answer, Cause, Libc, Target};

use super::platform::{Part, Platform};
use super::tree::Tree;

/// Optional packages of one package that differ only in their machines.
#[derive(Debug)]
pub(crate) struct Group {
    /// Their package, with its version.
    owner: (String, String),
    members: Vec<Member>,
}

#[derive(Debug)]
struct Member {
    name: String,
    version: String,
    platform: Platform,
    /// Whether npm found it.
    found: bool,
}

/// The groups without which the tree does not work.
///
/// A group is not required when its package also depends on the group's bare name (`node-pty` beside
/// `node-pty-linux-x64`), or when none of its packages is for Linux.
pub(crate) fn required(tree: &Tree) -> Vec<Group> {
    let mut groups = Vec::new();
    for (place, package) in tree.packages.iter().filter(|(_, package)| !package.is_optional()) {
        let mut by_stem: BTreeMap<String, Option<Vec<Member>>> = BTreeMap::new();
        for (name, version) in package.optional_dependencies() {
            let found = tree.resolve(place, name).and_then(|place| tree.packages.get(&place));
            let (named, stem) = Platform::of_name(name);
            let group = by_stem.entry(stem).or_insert_with(|| Some(Vec::new()));
            let entry = found.map(|it| serde_json::Value::Object(it.entry.clone()));
            let platform = Platform::of(name, entry.as_ref());
            if !named.is_restricted() && !platform.is_restricted() {
                *group = None;
            } else if let Some(members) = group {
                let version = found.map_or(version, |it| it.version.as_str());
                let real = found.map_or(name, |it| it.name.as_str());
                let (name, version) = (real.to_owned(), version.to_owned());
                members.push(Member { name, version, platform, found: found.is_some() });
            }
        }
        let owner = (package.name.clone(), package.version.clone());
        let with_linux = |members: &Vec<Member>| members.iter().any(|it| it.platform.linux == Some(true));
        let members = by_stem.into_values().flatten().filter(with_linux);
        groups.extend(members.map(|members| Group { owner: owner.clone(), members }));
    }
    groups
}

impl Group {
    /// Why a target cannot be served; `None` when it can. `refused` has the reasons for packages that npm found and
    /// that cannot be fetched.
    pub(crate) fn missing(
        &self,
        target: Target,
        refused: &BTreeMap<String, Answer<'static>>,
    ) -> Option<Cause<'static>> {
        let names_musl = self.members.iter().any(|it| it.platform.libc == Some(Part::Known(Libc::Musl)));
        let fitting = || self.members.iter().filter(|it| it.platform.fits(target, names_musl));
        if fitting().any(|it| it.found && !refused.contains_key(&it.spec())) {
            return None;
        }
        // The shortest name is the one that the program loads first.
        let Some(first) = fitting().min_by_key(|it| it.spec().len()) else {
            let (name, version) = self.owner.clone();
            return Some(Cause::new("npm", name, version, Answer::NoBuild));
        };
        let answer = refused.get(&first.spec()).cloned().unwrap_or(Answer::NotFound);
        Some(Cause::new("npm", first.name.clone(), first.version.clone(), answer))
    }
}

impl Member {
    /// The package spec for npm.
    fn spec(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tree of one package `a` with these optional dependencies; those with a `+` are found.
    fn tree(names: &[&str]) -> Tree {
        let bare = |name: &str| name.trim_start_matches('+').to_owned();
        let wanted: BTreeMap<String, &str> = names.iter().map(|name| (bare(name), "1.0.0")).collect();
        let url = |name: &str| format!("https://r.example/{name}/-/x.tgz");
        let mut packages = serde_json::json!({
            "node_modules/a": {"version": "1.0.0", "resolved": url("a"), "optionalDependencies": wanted},
        });
        for name in names.iter().filter(|name| name.starts_with('+')).map(|name| bare(name)) {
            packages[format!("node_modules/{name}")] =
                serde_json::json!({"version": "1.0.0", "resolved": url(&name), "optional": true, "os": ["linux"]});
        }
        Tree::read(&serde_json::json!({"packages": packages}).to_string()).expect("the lock is well-formed")
    }

    #[track_caller]
    fn check_missing(names: &[&str], expected: &[(&str, &str)]) {
        let groups = required(&tree(names));
        let missing = Target::ALL.into_iter().flat_map(|target| {
            groups
                .iter()
                .filter_map(move |group| Some((target.id(), group.missing(target, &BTreeMap::new())?.to_string())))
        });
        let missing: Vec<(&str, String)> = missing.collect();
        let missing: Vec<(&str, &str)> = missing.iter().map(|(target, why)| (*target, why.as_str())).collect();
        assert_eq!(missing, expected, "{names:?}");
    }

    #[test]
    fn target_needs_one_matching_package() {
        check_missing(
            &[
                "+a-linux-x64",
                "+a-linux-x64-baseline",
                "+a-linux-x64-musl",
                "a-linux-arm64",
                "a-linux-arm64-musl",
                "a-darwin-x64",
            ],
            &[
                ("linux-arm64", "a-linux-arm64@1.0.0 answers 404"),
                ("linux-arm64-musl", "a-linux-arm64-musl@1.0.0 answers 404"),
            ],
        );
    }

    #[test]
    fn target_without_a_matching_package_is_missing() {
        check_missing(
            &["+a-linux-x64", "+a-linuxmusl-x64", "+a-linux-arm64"],
            &[("linux-arm64-musl", "a@1.0.0 has no package for it")],
        );
    }

    #[test]
    fn optional_packages_are_not_required() {
        check_missing(&["+node-pty", "node-pty-linux-x64"], &[]);
        check_missing(&["fsevents", "+jszip"], &[]);
        check_missing(&["a-darwin-x64"], &[]);
    }
}
