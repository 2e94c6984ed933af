//! Decides which releases of a package may be pinned, from the registry's answer and today's date.

use std::cmp::Reverse;

use registry_model::model::engines::{self, Verdict};
use registry_model::model::{RuntimeKind, Version};

use super::releases::{Dated, Package, Release};
use registry_command::dates;

/// The maximum number of reasons per package.
const REASONS: usize = 3;

/// The conditions for a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Days since it was published.
    pub min_age: u64,
    /// Whether it may lack a platform that the lock has now.
    pub may_lose_targets: bool,
}

/// The chosen versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The pinned version.
    pub pinned: Dated,
    /// The newest one.
    pub newest: Dated,
    /// The newest one that may be pinned; the pinned one if no newer one may.
    pub allowed: Dated,
    /// Why newer ones may not be pinned, the newest first.
    pub why: Vec<String>,
    /// The versions above the pin that are allowed, the oldest first; only npm's registry lists them.
    pub candidates: Vec<Dated>,
}

impl Choice {
    /// Only the pin is known.
    pub fn nothing(pinned: &str) -> Self {
        let pinned = Dated::new(pinned, "");
        let why = vec!["the registry does not have it any more".to_owned()];
        Self { newest: pinned.clone(), allowed: pinned.clone(), pinned, why, candidates: Vec::new() }
    }
}

/// The newest release of an npm package that may be pinned.
pub(super) fn npm(package: &Package, pinned: &str, limits: Limits) -> Choice {
    let mut newer: Vec<(Version, &Release)> =
        package.releases.iter().filter_map(|it| Some((Version::parse(&it.version)?, it))).collect();
    newer.retain(|(version, _)| Version::parse(pinned).is_none_or(|pinned| pinned.is_below(*version)));
    newer.sort_by_key(|(version, _)| Reverse(*version));
    let date = |version: &str| Dated::new(version, package.date(version));
    let (mut why, mut candidates) = (Vec::new(), Vec::new());
    for (_, release) in &newer {
        match refusal(package, release, limits) {
            None => candidates.push(date(&release.version)),
            // Reasons against older versions are irrelevant when a newer one is allowed.
            Some(reason) if candidates.is_empty() => why.push(format!("{} {reason}", release.version)),
            Some(_) => {}
        }
    }
    candidates.reverse();
    let allowed = candidates.last().cloned().unwrap_or_else(|| date(pinned));
    if why.len() > REASONS {
        let more = why.len() - REASONS;
        why.truncate(REASONS);
        why.push(format!("{more} more versions are not allowed either"));
    }
    let newest = newer.first().map_or(pinned, |(_, release)| &release.version);
    Choice { pinned: date(pinned), newest: date(newest), allowed, why, candidates }
}

/// Why a release may not be pinned.
fn refusal(package: &Package, release: &Release, limits: Limits) -> Option<String> {
    if let Some(text) = &release.deprecated {
        return Some(format!("is deprecated: {}", text.split_whitespace().collect::<Vec<_>>().join(" ")));
    }
    if let Some(range) = &release.node
        && RuntimeKind::Node.lines().iter().all(|it| engines::judge(range, it.version) == Verdict::Refused)
    {
        let versions = RuntimeKind::Node.versions();
        return Some(format!("requires Node.js `{range}`, and the pinned versions are {versions}"));
    }
    match dates::age(package.date(&release.version)) {
        None => return Some("has no date".to_owned()),
        Some(age) if age < limits.min_age => {
            return Some(format!("is {age} days old, and {} are required", limits.min_age));
        }
        Some(_) => {}
    }
    let lost = |(name, version): (&String, &String)| {
        let published = package.platforms.get(name)?;
        (!published.contains(version)).then(|| format!("has no `{name}@{version}`, a platform that the lock has now"))
    };
    if limits.may_lose_targets { None } else { release.optional.iter().find_map(lost) }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    fn package() -> Package {
        let release = |version: &str| Release {
            version: version.to_owned(),
            optional: BTreeMap::from([("a-linux-x64".to_owned(), version.to_owned())]),
            ..Release::default()
        };
        let versions = ["1.0.0", "1.1.0", "1.2.0", "1.10.0"];
        Package {
            releases: versions.map(release).into(),
            dates: versions.iter().map(|it| ((*it).to_owned(), "2020-01-01".to_owned())).collect(),
            platforms: BTreeMap::from([("a-linux-x64".to_owned(), versions.map(str::to_owned).into())]),
        }
    }

    #[track_caller]
    fn check(change: impl FnOnce(&mut Package), allowed: &str, says: Option<&str>) {
        let mut package = package();
        change(&mut package);
        let choice = npm(&package, "1.0.0", Limits { min_age: 7, may_lose_targets: false });
        assert_eq!((choice.newest.version.as_str(), choice.allowed.version.as_str()), ("1.10.0", allowed));
        match says {
            None => assert_eq!(choice.why, Vec::<String>::new()),
            Some(says) => assert!(choice.why.iter().any(|it| it.contains(says)), "{:?}", choice.why),
        }
    }

    #[test]
    fn newest_version_without_an_objection_is_allowed() {
        check(|_| {}, "1.10.0", None);
        let today = |it: &mut Package| drop(it.dates.insert("1.10.0".to_owned(), dates::today()));
        check(today, "1.2.0", Some("1.10.0 is 0 days old, and 7 are required"));
        let engine = |it: &mut Package| it.releases[3].node = Some(">=99".to_owned());
        check(engine, "1.2.0", Some("1.10.0 requires Node.js `>=99`"));
        let deprecated = |it: &mut Package| it.releases[3].deprecated = Some("do not\nuse".to_owned());
        check(deprecated, "1.2.0", Some("1.10.0 is deprecated: do not use"));
        let lost = |it: &mut Package| {
            it.platforms.insert("a-linux-x64".to_owned(), BTreeSet::from(["1.1.0".to_owned()]));
        };
        check(lost, "1.1.0", Some("1.10.0 has no `a-linux-x64@1.10.0`, a platform that the lock has now"));
        check(|it| it.dates.clear(), "1.0.0", Some("1.10.0 has no date"));
    }

    #[test]
    fn allowed_versions_are_candidates_oldest_first() {
        let mut package = package();
        package.releases[2].deprecated = Some("gone".to_owned());
        package.platforms.insert("a-linux-x64".to_owned(), BTreeSet::from(["1.1.0".to_owned()]));
        let versions = |may_lose_targets| {
            let choice = npm(&package, "1.0.0", Limits { min_age: 7, may_lose_targets });
            choice.candidates.into_iter().map(|it| it.version).collect::<Vec<_>>()
        };
        assert_eq!(
            (versions(false), versions(true)),
            (vec!["1.1.0".to_owned()], ["1.1.0", "1.10.0"].map(str::to_owned).into())
        );
    }

    #[test]
    fn platform_missing_from_the_lock_is_not_lost() {
        check(|it| it.platforms.clear(), "1.10.0", None);
    }
}
