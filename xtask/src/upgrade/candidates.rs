//! The first step: finds the version for an upgrade.

use std::collections::BTreeMap;

use registry_model::model::{Agent, Artefact};

use super::request::UpgradeRequest;
use super::step::{Step, Stop};
use registry_command::console::Console;
use registry_command::failure::Failure;
use registry_command::parallel;
use registry_supply::clients::Tools;
use registry_supply::outdated::rows::{self as outdated, Dated, Row};
use registry_supply::pin::age::Cutoff;

/// The versions for an upgrade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UpgradeOptions {
    /// The wanted version of each package.
    pub wanted: BTreeMap<String, String>,
    /// The versions from the oldest to `wanted`, if older ones may be tried.
    pub candidates: Vec<BTreeMap<String, String>>,
    /// Notes for the report: versions that are not allowed, and why.
    pub notes: Vec<String>,
}

/// Finds the versions for every agent, several at a time.
pub(crate) fn look_all(tools: &Tools, request: &UpgradeRequest<'_>, console: Console) -> Vec<Step<UpgradeOptions>> {
    console.progress(format!("querying the versions of {} agents", request.agents.len()));
    let looks = parallel::map(&request.agents, |agent| look(tools, agent, request));
    console.clear();
    looks
}

fn look(tools: &Tools, agent: &Agent<'_>, request: &UpgradeRequest<'_>) -> Step<UpgradeOptions> {
    let of_agent = |(package, _): &(&String, &String)| {
        agent.install.iter().filter_map(Artefact::package).any(|it| it.1 == *package)
    };
    let to: BTreeMap<&String, &String> = request.to.iter().filter(of_agent).collect();
    let mut look = if to.is_empty() { newest(tools, agent, request)? } else { asked(tools, agent, &to, request)? };
    if request.limits.min_age > 0 {
        look.notes.push(format!("{}, in the whole tree (`--min-age`)", Cutoff::of(request.limits.min_age)));
    }
    Ok(look)
}

/// The newest versions that are allowed.
fn newest(tools: &Tools, agent: &Agent<'_>, request: &UpgradeRequest<'_>) -> Step<UpgradeOptions> {
    let rows = outdated::look(tools, agent, request.limits)?;
    let notes: Vec<String> = rows.iter().flat_map(notes).collect();
    if !rows.iter().any(|row| row.allowed.version != row.pinned.version) {
        return Err(if rows.iter().any(Row::is_outdated) { Stop::Blocked(notes) } else { Stop::Current(notes) });
    }
    let wanted = rows.iter().map(|row| (row.package.clone(), row.allowed.version.clone())).collect();
    let mut candidates = Vec::new();
    if request.newest_good {
        let versions = rows.iter().map(|row| Ok((row, outdated::candidates(tools, agent, row)?)));
        candidates = states(&versions.collect::<Result<Vec<_>, Failure>>()?);
    }
    Ok(UpgradeOptions { wanted, candidates, notes })
}

/// The versions that the command line names.
fn asked(
    tools: &Tools,
    agent: &Agent<'_>,
    to: &BTreeMap<&String, &String>,
    request: &UpgradeRequest<'_>,
) -> Step<UpgradeOptions> {
    let mut wanted = BTreeMap::new();
    let min_age = request.limits.min_age;
    for (package, version) in to {
        let found = outdated::release(tools, agent, package, version)?;
        let exact = found.filter(|it| it.version == **version);
        let Some(Dated { days, .. }) = exact else {
            return Err(Failure::new(format!("there is no version `{version}` of `{package}`"))
                .help("name a version that is published: `cargo xtask outdated` lists the newest")
                .into());
        };
        if let Some(days) = days.filter(|days| *days < min_age) {
            let why = format!("{package} {version} is {days} days old, and {min_age} are required (`--min-age`)");
            return Err(Stop::Blocked(vec![why]));
        }
        wanted.insert((*package).clone(), (*version).clone());
    }
    let pins = agent.read_lock().map_err(Failure::from)?.pins();
    if wanted.iter().all(|(package, version)| pins.iter().any(|pin| is_pin(pin, package, version))) {
        return Err(Stop::Current(Vec::new()));
    }
    Ok(UpgradeOptions { wanted, candidates: Vec::new(), notes: Vec::new() })
}

fn is_pin(pin: &str, package: &str, version: &str) -> bool {
    pin.strip_prefix(package).map(|rest| rest.trim_start_matches(['@', '='])) == Some(version)
}

fn notes(row: &Row) -> Vec<String> {
    row.why.iter().map(|why| format!("{} {why}", row.package)).collect()
}

/// The possible pins over time: after each release, the newest version of every package until then.
fn states(versions: &[(&Row, Vec<Dated>)]) -> Vec<BTreeMap<String, String>> {
    let mut dates: Vec<&str> = versions.iter().flat_map(|(_, all)| all).map(|it| it.date.as_str()).collect();
    dates.sort_unstable();
    dates.dedup();
    let at = |date: &str| {
        let newest = |(row, all): &(&Row, Vec<Dated>)| {
            let until = all.iter().rfind(|it| it.date.as_str() <= date);
            (row.package.clone(), until.unwrap_or(&row.pinned).version.clone())
        };
        versions.iter().map(newest).collect()
    };
    // Several releases of one day are all included, and the newest comes last.
    let mut states: Vec<BTreeMap<String, String>> = Vec::new();
    for date in dates {
        let same_day = versions.iter().flat_map(|(row, all)| {
            let of_day = all.iter().filter(|it| it.date == date);
            of_day.map(|it| (row.package.clone(), it.version.clone()))
        });
        for (package, version) in same_day {
            let mut state: BTreeMap<String, String> = states.last().cloned().unwrap_or_else(|| at(""));
            state.insert(package, version);
            states.push(state);
        }
    }
    states
}

/// The last good one of `count`, when good ones come before bad ones; `None` if none is good. The last is tried first,
/// since it is good in most cases.
pub(crate) fn last_good<E>(
    count: usize,
    mut is_good: impl FnMut(usize) -> Result<bool, E>,
) -> Result<Option<usize>, E> {
    let Some(last) = count.checked_sub(1) else { return Ok(None) };
    if is_good(last)? {
        return Ok(Some(last));
    }
    let (mut good, mut bad) = (0, last);
    // All below `good` are good, and `bad` is not.
    while good < bad {
        let middle = good + (bad - good) / 2;
        if is_good(middle)? {
            good = middle + 1;
        } else {
            bad = middle;
        }
    }
    Ok(good.checked_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_good_version_is_found_by_bisection() {
        for count in 0..40_usize {
            for good in 0..=count {
                let mut tries = 0;
                let found = last_good(count, |index| {
                    tries += 1;
                    Ok::<bool, ()>(index < good)
                });
                assert_eq!(found, Ok(good.checked_sub(1)), "{good} of {count}");
                assert!(tries <= 7, "{tries} tries for {good} of {count}");
            }
        }
        assert_eq!(last_good(3, |_| Err::<bool, &str>("no network")), Err("no network"));
    }

    #[test]
    fn versions_are_tried_in_publication_order() {
        let dated =
            |version: &str, date: &str| Dated { version: version.to_owned(), date: date.to_owned(), days: None };
        let pinned = dated("1.0.0", "2026-01-01");
        let row = |package: &str| Row {
            agent: "fixture".to_owned(),
            package: package.to_owned(),
            carried: false,
            pinned: pinned.clone(),
            newest: pinned.clone(),
            allowed: pinned.clone(),
            why: Vec::new(),
            candidates: Vec::new(),
        };
        let (a, b) = (row("a"), row("b"));
        let versions = [
            (&a, vec![dated("1.1.0", "2026-01-02"), dated("1.2.0", "2026-01-04")]),
            (&b, vec![dated("2.0.0", "2026-01-03"), dated("2.0.1", "2026-01-04")]),
        ];
        let told = states(&versions).into_iter().map(|it| format!("{} {}", it["a"], it["b"])).collect::<Vec<_>>();
        assert_eq!(told, ["1.1.0 1.0.0", "1.1.0 2.0.0", "1.2.0 2.0.0", "1.2.0 2.0.1"]);
    }

    #[test]
    fn a_pin_names_its_package_and_version() {
        assert!(is_pin("@s/a@1.0.0", "@s/a", "1.0.0") && is_pin("a==1.0", "a", "1.0"));
        assert!(!is_pin("@s/ab@1.0.0", "@s/a", "1.0.0") && !is_pin("a==1.0", "a", "1.1"));
    }
}
