//! What an agent does and installs, as facts. Two versions of an agent are compared by them.
//!
//! A fact is a name with a value under an aspect: the tool `read_file` is `listed`, the header `authorization` has the
//! `key`. A fact is the same in every run, so that evidence can store it.

use std::collections::{BTreeMap, BTreeSet};

use registry_model::model::{Lock, Provenance, Target};

/// Facts by the name of their aspect and their own name.
pub type Behaviour = BTreeMap<String, Facts>;

/// Names with their values.
pub type Facts = BTreeMap<String, String>;

/// A kind of facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aspect {
    /// Its name in evidence.
    pub name: &'static str,
    /// Its title in reports.
    pub title: &'static str,
    /// Whether a person must decide on a difference. Sizes and versions of packages change with every release; what
    /// came of a session that was opened again, and how many calls a turn took, can change with a machine's speed.
    pub decides: bool,
}

/// All aspects, in the order of reports.
pub const ASPECTS: [Aspect; 21] = [
    Aspect { name: "verdicts", title: "Verdicts", decides: true },
    Aspect { name: "handshake", title: "Handshake", decides: true },
    Aspect { name: "capabilities", title: "Capabilities", decides: true },
    Aspect { name: "session", title: "Session answer", decides: true },
    Aspect { name: "permission", title: "Permission", decides: true },
    Aspect { name: "effort", title: "Reasoning effort", decides: true },
    Aspect { name: "mcp", title: "MCP servers", decides: true },
    Aspect { name: "lifecycle", title: "Session lifecycle", decides: false },
    Aspect { name: "usage", title: "Usage", decides: true },
    Aspect { name: "tools", title: "Tools", decides: true },
    Aspect { name: "web", title: "Web policy", decides: true },
    Aspect { name: "calls", title: "Model calls", decides: true },
    Aspect { name: "hosts", title: "Other hosts", decides: true },
    Aspect { name: "keys", title: "Places of the key", decides: true },
    Aspect { name: "targets", title: "Targets", decides: true },
    Aspect { name: "install-scripts", title: "Install scripts", decides: true },
    Aspect { name: "provenance", title: "Provenance", decides: true },
    Aspect { name: "licences", title: "Licences", decides: true },
    Aspect { name: "call-counts", title: "Number of model calls", decides: false },
    Aspect { name: "installed", title: "Installed size", decides: false },
    Aspect { name: "packages", title: "Packages", decides: false },
];

/// A fact that two versions do not share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The aspect.
    pub aspect: Aspect,
    /// The name of the fact.
    pub fact: String,
    /// The value of the old version; none where it has no such fact.
    pub old: Option<String>,
    /// The value of the new version; none where it has no such fact.
    pub new: Option<String>,
}

impl Difference {
    /// The difference in one line: `+ name: value`, `- name: value` or `~ name: old -> new`, with its texts quoted.
    pub fn line(&self, quoted: impl Fn(&str) -> String) -> String {
        let with = |sign: &str, value: &str| {
            if value.is_empty() {
                format!("{sign} {}", quoted(&self.fact))
            } else {
                format!("{sign} {}: {}", quoted(&self.fact), quoted(value))
            }
        };
        match (&self.old, &self.new) {
            (None, Some(new)) => with("+", new),
            (Some(old), None) => with("-", old),
            (old, new) => {
                let value = |it: &Option<String>| quoted(it.as_deref().unwrap_or_default());
                format!("~ {}: {} -> {}", quoted(&self.fact), value(old), value(new))
            }
        }
    }
}

/// The facts that differ, in the order of the aspects. An aspect that only one side has is skipped.
pub fn compare(old: &Behaviour, new: &Behaviour) -> Vec<Difference> {
    let mut found = Vec::new();
    for aspect in ASPECTS {
        let (Some(old), Some(new)) = (old.get(aspect.name), new.get(aspect.name)) else { continue };
        for fact in old.keys().chain(new.keys()).collect::<BTreeSet<_>>() {
            let (old, new) = (old.get(fact).cloned(), new.get(fact).cloned());
            if old != new {
                found.push(Difference { aspect, fact: fact.clone(), old, new });
            }
        }
    }
    found
}

/// Whether a behaviour has every deciding aspect that a run can measure.
pub fn is_measured(behaviour: &Behaviour) -> bool {
    let of_a_run = ASPECTS.iter().filter(|it| it.decides && !of_the_lock(it.name));
    of_a_run.into_iter().all(|it| behaviour.contains_key(it.name))
}

fn of_the_lock(aspect: &str) -> bool {
    matches!(aspect, "targets" | "install-scripts" | "provenance" | "licences" | "packages")
}

/// The facts of a lock: the packages with their versions, those with an install script, the provenance, the licenses,
/// and the targets it serves.
pub fn of_lock(lock: &Lock<'_>) -> Behaviour {
    let mut packages: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut scripts = Facts::new();
    for it in &lock.npm {
        let name = it.place.rsplit_once("node_modules/").map_or(it.place, |(_, name)| name);
        packages.entry(name).or_default().insert(it.version);
        if it.rest.contains("\"hasInstallScript\":true") {
            scripts.insert(name.to_owned(), "has one, which is not run".to_owned());
        }
    }
    for it in &lock.wheels {
        packages.entry(it.name).or_default().insert(it.version);
        if it.is_source() {
            scripts.insert(it.name.to_owned(), "is built from source".to_owned());
        }
    }
    let built = |it: &Provenance<'_>| (it.package.to_owned(), format!("{} from {}", it.kind, it.source));
    let provenance = lock.provenance.iter().map(built).collect();
    let versions = |(name, of): (&str, BTreeSet<&str>)| (name.to_owned(), of.into_iter().collect::<Vec<_>>().join(" "));
    let targets = Target::ALL.into_iter().filter(|target| lock.unavailable_on(*target).is_none());
    let licenses: Facts = by_license(lock).into_keys().map(|it| (it.to_owned(), String::new())).collect();
    let mut facts = Behaviour::from([
        ("packages".to_owned(), packages.into_iter().map(versions).collect()),
        ("install-scripts".to_owned(), scripts),
        ("provenance".to_owned(), provenance),
        ("targets".to_owned(), targets.map(|it| (it.id().to_owned(), "served".to_owned())).collect()),
    ]);
    // Two locks are compared in this only where both have licenses.
    if !licenses.is_empty() {
        facts.insert("licences".to_owned(), licenses);
    }
    facts
}

/// The packages of each license of a lock.
fn by_license<'l>(lock: &Lock<'l>) -> BTreeMap<&'l str, BTreeSet<&'l str>> {
    let mut packages: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for it in &lock.licenses {
        packages.entry(it.license).or_default().insert(it.package);
    }
    packages
}

/// What differs in the licenses of two locks, a sentence each: a package of both with another license, and a license
/// that the old lock does not have. A lock without licenses is not compared.
pub fn license_changes(old: &Lock<'_>, new: &Lock<'_>) -> Vec<String> {
    if old.licenses.is_empty() || new.licenses.is_empty() {
        return Vec::new();
    }
    let by_package = |lock: &Lock<'_>| {
        let mut licenses: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
        for it in &lock.licenses {
            let package = (it.package.to_owned(), it.ecosystem.to_owned());
            licenses.entry(package).or_default().insert(it.license.to_owned());
        }
        licenses
    };
    let (before, after) = (by_package(old), by_package(new));
    let listed = |texts: &BTreeSet<String>| texts.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ");
    let changed = before.iter().filter_map(|(package, was)| {
        let is = after.get(package).filter(|is| *is != was)?;
        Some(format!("the license of `{}` was {} and is {}", package.0, listed(was), listed(is)))
    });
    let known = by_license(old);
    let fresh = by_license(new).into_iter().filter(|(license, _)| !known.contains_key(license));
    let fresh = fresh.map(|(license, packages)| {
        let packages = packages.into_iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ");
        format!("the license `{license}` is new: {packages}")
    });
    changed.chain(fresh).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_and_new_licenses_are_reported() {
        let changes = |old: &str, new: &str| {
            let [old, new] = [old, new].map(|text| format!("format 1\n{text}"));
            license_changes(&Lock::parse(&old).expect("it is a lock"), &Lock::parse(&new).expect("it is a lock"))
        };
        let old = "license npm a 1.0.0 MIT\nlicense npm b 1.0.0 ISC\nlicense pypi a 1.0 BSD\n";
        assert_eq!(changes(old, &old.replace("1.0.0", "2.0.0")), Vec::<String>::new());
        let new = "license npm a 2.0.0 ISC\nlicense npm c 1.0.0 SEE LICENSE IN x\nlicense pypi a 1.0 BSD\n";
        assert_eq!(
            changes(old, new),
            ["the license of `a` was `MIT` and is `ISC`", "the license `SEE LICENSE IN x` is new: `c`"]
        );
        // A lock of before has no licenses, so nothing can be compared.
        assert_eq!((changes("", new), changes(old, "")), (Vec::new(), Vec::new()));
        let [with, without] = [old, ""].map(|text| format!("format 1\n{text}"));
        let facts = |text: &str| of_lock(&Lock::parse(text).expect("it is a lock"));
        assert_eq!(compare(&facts(&without), &facts(&with)), []);
        assert_eq!(facts(&with)["licences"].keys().collect::<Vec<_>>(), ["BSD", "ISC", "MIT"]);
    }

    fn behaviour(facts: &[(&str, &str, &str)]) -> Behaviour {
        let mut all = Behaviour::new();
        for (aspect, fact, value) in facts {
            let facts = all.entry((*aspect).to_owned()).or_default();
            if !fact.is_empty() {
                facts.insert((*fact).to_owned(), (*value).to_owned());
            }
        }
        all
    }

    /// Compares facts, and holds each difference: `aspect fact: old -> new`.
    #[track_caller]
    fn check(old: &[(&str, &str, &str)], new: &[(&str, &str, &str)], expected: &[&str]) {
        let told = |it: Difference| {
            let value = |it: Option<String>| it.unwrap_or_else(|| "-".to_owned());
            format!("{} {}: {} -> {}", it.aspect.name, it.fact, value(it.old), value(it.new))
        };
        let found: Vec<String> = compare(&behaviour(old), &behaviour(new)).into_iter().map(told).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn equal_facts_have_no_differences() {
        check(&[], &[], &[]);
        check(&[("tools", "a", "listed")], &[("tools", "a", "listed")], &[]);
    }

    #[test]
    fn added_removed_and_changed_facts_are_reported_in_reading_order() {
        check(
            &[("tools", "a", "listed"), ("tools", "b", "listed"), ("packages", "x", "1.0"), ("hosts", "", "")],
            &[("tools", "b", "named"), ("tools", "c", "listed"), ("packages", "x", "1.1"), ("hosts", "h", "called")],
            &[
                "tools a: listed -> -",
                "tools b: listed -> named",
                "tools c: - -> listed",
                "hosts h: - -> called",
                "packages x: 1.0 -> 1.1",
            ],
        );
    }

    #[test]
    fn lost_and_moved_provenance_is_reported() {
        const LINE: &str =
            "format 1\nprovenance npm polly https://slsa.dev/provenance/v1 git+https://example.org/polly.git\n";
        let facts = |text: &str| of_lock(&Lock::parse(text).expect("it is a lock"));
        let told = |old: &str, new: &str| {
            let found = compare(&facts(old), &facts(new));
            found.iter().map(|it| (it.aspect.decides, it.line(str::to_owned))).collect::<Vec<_>>()
        };
        let built = "https://slsa.dev/provenance/v1 from git+https://example.org/polly.git";
        assert_eq!(told(LINE, "format 1\n"), [(true, format!("- polly: {built}"))]);
        let moved = told(LINE, &LINE.replace("example.org", "example.net"));
        assert_eq!(moved, [(true, format!("~ polly: {built} -> {}", built.replace("example.org", "example.net")))]);
        assert_eq!(told(LINE, LINE), []);
    }

    #[test]
    fn unmeasured_aspect_has_no_differences() {
        check(&[("tools", "a", "listed")], &[("hosts", "h", "called")], &[]);
    }

    #[test]
    fn behaviour_is_complete_when_every_run_aspect_is_measured() {
        let all: Vec<(&str, &str, &str)> =
            ASPECTS.iter().filter(|it| !of_the_lock(it.name)).map(|it| (it.name, "", "")).collect();
        assert!(is_measured(&behaviour(&all)));
        for (index, (name, ..)) in all.iter().enumerate() {
            let mut less = all.clone();
            less.remove(index);
            assert_eq!(
                is_measured(&behaviour(&less)),
                ["call-counts", "installed", "lifecycle"].contains(name),
                "{name}"
            );
        }
    }

    #[test]
    fn lock_facts_list_packages_and_scripts() {
        let text = "format 1\npackage npm a 1.0.0 sha512-x\nunavailable linux-arm64 2026-01-31 npm a-arm64 1.0.0 404\n\
                    npm node_modules/a 1.0.0 sha512-x a {\"hasInstallScript\":true}\n\
                    npm node_modules/b 2.0.0 sha512-x b {}\n\
                    npm node_modules/a/node_modules/b 1.0.0 sha512-x b {}\n";
        let facts = of_lock(&Lock::parse(text).expect("it is a lock"));
        assert_eq!(facts["packages"]["b"], "1.0.0 2.0.0");
        assert_eq!(facts["install-scripts"].keys().collect::<Vec<_>>(), ["a"]);
        assert_eq!(facts["targets"].len(), Target::ALL.len() - 1);
    }
}
