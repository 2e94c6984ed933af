//! The checks: one file each, with its documentation as data beside its code.

mod d001_unread_file;
mod d002_foreign_bytes;
mod d003_missing_agent;
mod d004_unknown_agent;
mod d005_alias_for_name;
mod d006_listed_twice;
mod d007_wrong_model;
mod d008_split_model;
mod d009_wrong_gate;
mod d010_wrong_tracking;
mod d011_misplaced_config;
mod d012_wrong_count;
mod d013_wrong_credential_row;
mod d014_missing_key;
mod d015_wrong_contract;
mod d016_bad_value;
mod d017_unknown_key;
mod d018_bad_folder;
mod d019_wrong_mapping;
mod d020_wrong_requirement;
mod d021_manifest_drift;
mod d022_name_taken;
mod d023_wordy_launch;
mod d024_refused_text;
mod d025_no_web_policy;
mod d026_unpinned_package;
mod d027_stale_pin;
mod d028_broken_entry;
mod d029_unchecked_archive;

mod rules;

use crate::finding::{At, Findings, Level, Place};
use crate::known::Known;
use crate::pins::{self, Pin};
use crate::read::docs::plain;
use crate::read::script::Script;
use crate::read::{Contents, Suite};

pub(crate) use d001_unread_file::CHECK as D001;
pub(crate) use d002_foreign_bytes::CHECK as D002;

/// A check, documented.
#[derive(Debug, PartialEq, Eq)]
pub struct Check {
    /// Its code: `D` and a number.
    pub code: &'static str,
    /// Its kebab-case name, after the mistake.
    pub name: &'static str,
    /// How bad a finding is.
    pub level: Level,
    /// What holds in a tree that is right.
    pub sentence: &'static str,
    /// A piece of a tree that is wrong.
    pub example: &'static str,
    /// The way out.
    pub help: &'static str,
    /// Incidents behind it, by their numbers in [`registry_core::incidents`].
    pub incidents: &'static [u8],
}

/// Every check, sorted by code.
pub const ALL: &[&Check] = &[
    &d001_unread_file::CHECK,
    &d002_foreign_bytes::CHECK,
    &d003_missing_agent::CHECK,
    &d004_unknown_agent::CHECK,
    &d005_alias_for_name::CHECK,
    &d006_listed_twice::CHECK,
    &d007_wrong_model::CHECK,
    &d008_split_model::CHECK,
    &d009_wrong_gate::CHECK,
    &d010_wrong_tracking::CHECK,
    &d011_misplaced_config::CHECK,
    &d012_wrong_count::CHECK,
    &d013_wrong_credential_row::CHECK,
    &d014_missing_key::CHECK,
    &d015_wrong_contract::CHECK,
    &d016_bad_value::CHECK,
    &d017_unknown_key::CHECK,
    &d018_bad_folder::CHECK,
    &d019_wrong_mapping::CHECK,
    &d020_wrong_requirement::CHECK,
    &d021_manifest_drift::CHECK,
    &d022_name_taken::CHECK,
    &d023_wordy_launch::CHECK,
    &d024_refused_text::CHECK,
    &d025_no_web_policy::CHECK,
    &d026_unpinned_package::CHECK,
    &d027_stale_pin::CHECK,
    &d028_broken_entry::CHECK,
    &d029_unchecked_archive::CHECK,
];

/// The check of a code, in either case.
pub fn find(code: &str) -> Option<&'static Check> {
    ALL.iter().copied().find(|check| check.code.eq_ignore_ascii_case(code))
}

/// Runs every check over what a tree says.
pub(crate) fn run(known: &Known<'_>, contents: &Contents, findings: &mut Findings) {
    d003_missing_agent::check(known, contents, findings);
    d004_unknown_agent::check(known, contents, findings);
    d005_alias_for_name::check(known, contents, findings);
    d006_listed_twice::check(contents, findings);
    d007_wrong_model::check(known, contents, findings);
    d008_split_model::check(known, contents, findings);
    d009_wrong_gate::check(known, contents, findings);
    d010_wrong_tracking::check(known, contents, findings);
    d011_misplaced_config::check(contents, findings);
    d012_wrong_count::check(known, contents, findings);
    d013_wrong_credential_row::check(known, contents, findings);
    d014_missing_key::check(contents, findings);
    d015_wrong_contract::check(contents, findings);
    d016_bad_value::check(contents, findings);
    d017_unknown_key::check(contents, findings);
    d018_bad_folder::check(contents, findings);
    d019_wrong_mapping::check(known, contents, findings);
    d020_wrong_requirement::check(known, contents, findings);
    d021_manifest_drift::check(known, contents, findings);
    d022_name_taken::check(known, contents, findings);
    d023_wordy_launch::check(contents, findings);
    rules::check(contents, findings);
    // It leaves lines alone that a rule has something against.
    d024_refused_text::check(contents, findings);
    d025_no_web_policy::check(known, contents, findings);
    d026_unpinned_package::check(known, contents, findings);
    d027_stale_pin::check(known, contents, findings);
    d028_broken_entry::check(contents, findings);
    d029_unchecked_archive::check(contents, findings);
}

/// The names of agents in a suite, each time they stand somewhere; patterns with a wildcard name nobody.
fn names(suite: &Suite) -> Vec<At<&str>> {
    let mut found: Vec<At<&str>> = suite.configs.iter().map(|it| it.agent()).collect();
    if let Some(runner) = &suite.runner {
        let listed = runner.list.iter().flat_map(|it| &it.value);
        let models = runner.models.iter().flat_map(|it| &it.value).flat_map(|it| &it.patterns);
        let gates = runner.gates.iter().flat_map(|it| &it.value).flat_map(|it| &it.patterns);
        let plain = |it: &&At<String>| !it.value.contains(['*', '?', '[']);
        found.extend(listed.chain(models).chain(gates).filter(plain).map(|it| it.as_ref(&it.value)));
    }
    let rows = suite.docs.iter().flat_map(|it| &it.models).flat_map(|it| &it.rows);
    found.extend(rows.map(|[agent, _]| agent.as_ref(plain(&agent.value))));
    found
}

/// A package that a tree has installed, with its place.
struct Package<'c> {
    /// The agent that it is for, where that is said.
    agent: Option<&'c str>,
    ecosystem: &'static str,
    name: String,
    version: Pin,
    place: Place,
}

/// Every package of install commands, scripts and entries.
fn packages(contents: &Contents) -> Vec<Package<'_>> {
    let commands =
        contents.manifests.iter().flat_map(|it| it.commands.iter().map(|command| (it.name(), &command.script)));
    let scripts = contents.scripts.iter().map(|it| (None, it));
    let mut found: Vec<Package<'_>> =
        commands.chain(scripts).flat_map(|(agent, script)| in_script(agent, script)).collect();
    for entry in &contents.entries {
        let agent = entry.table.text("id").map(|it| it.value);
        for (ecosystem, package) in entry.packages() {
            if let Some((name, version)) = pins::split(ecosystem, package.value) {
                found.push(Package { agent, ecosystem, name, version, place: package.place });
            }
        }
    }
    found
}

fn in_script<'c>(agent: Option<&'c str>, script: &Script) -> Vec<Package<'c>> {
    let package = |asked: pins::Asked| Package {
        agent,
        ecosystem: asked.ecosystem,
        name: asked.package,
        version: asked.version,
        place: script.place_of(asked.offset),
    };
    pins::asked(&script.bytes).into_iter().map(package).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_is_documented_and_named_once() {
        for pair in ALL.windows(2) {
            let [a, b] = pair else { continue };
            assert!(a.code < b.code, "{} and {} are out of order", a.code, b.code);
        }
        for check in ALL {
            assert!(registry_core::names::is_kebab(check.name), "{}", check.name);
            assert!(
                !check.sentence.is_empty() && !check.example.is_empty() && !check.help.is_empty(),
                "{}",
                check.code
            );
            assert!(!check.sentence.ends_with('.'), "{}", check.code);
            assert_eq!(ALL.iter().filter(|it| it.name == check.name).count(), 1, "{}", check.name);
            assert!(!check.incidents.is_empty(), "{}", check.code);
            for number in check.incidents {
                assert!(registry_core::incidents::find(*number).is_some(), "{} cites {number}", check.code);
            }
        }
    }
}
