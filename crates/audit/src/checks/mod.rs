//! The checks: one file each, with its documentation as data next to its code, and one line in the list below.

mod diagnostics;
#[cfg(test)]
mod fixture;
mod rules;

use registry_model::names::Coded;

use crate::allow;
use crate::diagnostic::{Diagnostic, DiagnosticPlace, Level, Located};
use crate::excerpt;
use crate::pins::{self, Pin};
use crate::read::docs::plain;
use crate::read::script::Script;
use crate::read::{Contents, Suite};
use crate::registry_facts::RegistryFacts;

use diagnostics::Diagnostics;

/// A check: its documentation, and how it is run.
#[derive(Debug)]
pub struct Check {
    /// Its code: `D` and a number.
    pub code: &'static str,
    /// Its kebab-case name, which describes the mistake.
    pub name: &'static str,
    /// The severity of a finding.
    pub level: Level,
    /// What the check requires.
    pub sentence: &'static str,
    /// A piece of a tree that violates it.
    pub example: &'static str,
    /// How to fix it.
    pub help: &'static str,
    /// Incidents behind it, by their numbers in [`registry_model::incidents`].
    pub incidents: &'static [u8],
    /// Whether `lint` runs it too: it checks the bytes of any file.
    pub in_lint: bool,
    /// Whether it compares with entries of the registry. In a tree that goes by its own agents, a difference is a note.
    pub compares: bool,
    /// How it is run.
    run: Option<fn(&RegistryFacts<'_>, &Contents, &mut Diagnostics)>,
}

impl Check {
    /// A check named after its module, whose findings are errors, without documentation and function.
    const fn named(module: &'static Coded) -> Self {
        Self {
            code: module.code(),
            name: module.name(),
            level: Level::Error,
            sentence: "",
            example: "",
            help: "",
            incidents: &[],
            in_lint: false,
            compares: false,
            run: None,
        }
    }

    /// Whether it is documented, and run.
    const fn is_whole(&self) -> bool {
        let said = !self.sentence.is_empty() && !self.example.is_empty() && !self.help.is_empty();
        said && !self.incidents.is_empty() && self.run.is_some()
    }
}

/// What a check is without its documentation: the code and the name of the module that this is written in.
macro_rules! named {
    () => {
        $crate::checks::Check::named(const { &registry_model::names::Coded::of(module_path!()) })
    };
}

/// Takes the checks of modules into the list; one that is not documented, or never run, does not compile.
macro_rules! checks {
    ($($module:ident)*) => {
        $(
            mod $module;
            const _: () = assert!(
                $module::CHECK.is_whole(),
                concat!("the check of `", stringify!($module), "` lacks a part, or has no function to run")
            );
        )*

        /// Every check, sorted by code.
        pub const ALL: &[&Check] = &[$(&$module::CHECK),*];
    };
}

checks! {
    d001_unread_file
    d002_foreign_bytes
    d003_missing_agent
    d004_unknown_agent
    d005_alias_for_name
    d006_listed_twice
    d007_wrong_model
    d008_split_model
    d009_wrong_gate
    d010_wrong_tracking
    d011_misplaced_config
    d012_wrong_count
    d013_wrong_credential_row
    d014_missing_key
    d015_wrong_contract
    d016_bad_value
    d017_unknown_key
    d018_bad_folder
    d019_wrong_mapping
    d020_wrong_requirement
    d021_manifest_drift
    d022_name_taken
    d023_wordy_launch
    d024_refused_text
    d025_no_web_policy
    d026_unpinned_package
    d027_stale_pin
    d028_broken_entry
    d029_unchecked_archive
    d030_wrong_allow
    d031_half_routed
    d032_exposed_key
    d033_fixed_temporary_name
    d034_launch_in_task
    d035_broken_feature
}

/// The check of a code, in either case.
pub fn find(code: &str) -> Option<&'static Check> {
    ALL.iter().copied().find(|check| check.code.eq_ignore_ascii_case(code))
}

/// The findings of the rules and of every check in the contents of a tree.
pub(crate) fn run(facts: &RegistryFacts<'_>, contents: &Contents) -> Vec<Diagnostic> {
    run_some(facts, contents, |_| true)
}

/// What the rules and the checks of `lint` find.
pub(crate) fn run_for_lint(facts: &RegistryFacts<'_>, contents: &Contents) -> Vec<Diagnostic> {
    run_some(facts, contents, |check| check.in_lint)
}

fn run_some(facts: &RegistryFacts<'_>, contents: &Contents, wanted: impl Fn(&Check) -> bool) -> Vec<Diagnostic> {
    let mut findings = Diagnostics::default();
    // The rules run first: D024 skips lines with findings.
    rules::check(contents, &mut findings);
    for check in ALL.iter().filter(|check| wanted(check)) {
        if let Some(run) = check.run {
            run(facts, contents, &mut findings);
        }
    }
    if facts.has_own_agents() {
        findings.note(|code| find(code).is_some_and(|check| check.compares));
    }
    // A comment cannot allow what says that a comment is wrong.
    let (left, unused) = allow::apply(findings.finish(), &contents.allows);
    let mut findings = Diagnostics::of(left);
    for (allow, code) in unused.into_iter().filter(|(_, code)| d030_wrong_allow::is_looked_for(code, &wanted)) {
        let message = format!("nothing to allow: `{code}` is not found at {}", allow.shown_lines());
        findings.add(&d030_wrong_allow::CHECK, &allow.place, message);
    }
    let mut findings = findings.finish();
    excerpt::attach(&mut findings, &contents.files);
    findings
}

/// Every occurrence of an agent's name in a suite; patterns with a wildcard do not name an agent.
fn names(suite: &Suite) -> Vec<Located<&str>> {
    let mut found: Vec<Located<&str>> = suite.configs.iter().map(|it| it.agent()).collect();
    if let Some(runner) = &suite.runner {
        let listed = runner.list.iter().flat_map(|it| &it.value);
        let models = runner.models.iter().flat_map(|it| &it.value).flat_map(|it| &it.patterns);
        let gates = runner.gates.iter().flat_map(|it| &it.value).flat_map(|it| &it.patterns);
        let plain = |it: &&Located<String>| !it.value.contains(['*', '?', '[']);
        found.extend(listed.chain(models).chain(gates).filter(plain).map(|it| it.as_ref(&it.value)));
    }
    let rows = suite.docs.iter().flat_map(|it| &it.models).flat_map(|it| &it.rows);
    found.extend(rows.map(|[agent, _]| agent.as_ref(plain(&agent.value))));
    found
}

/// Three numbers, and what semantic versions allow after them.
fn is_semantic(text: &str) -> bool {
    let core = text.split(['-', '+']).next().unwrap_or_default();
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    core.split('.').count() == 3 && core.split('.').all(number)
}

/// A package that a tree has installed, with its place.
struct Package<'c> {
    /// The agent that it is for, where that is said.
    agent: Option<&'c str>,
    ecosystem: &'static str,
    name: String,
    version: Pin,
    place: DiagnosticPlace,
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
    let package = |asked: pins::RequestedPackage| Package {
        agent,
        ecosystem: asked.ecosystem,
        name: asked.package,
        version: asked.version,
        place: script.place_of(asked.range.start),
    };
    pins::asked(&script.bytes, script.language).into_iter().map(package).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_are_sorted_unique_and_cite_incidents() {
        for pair in ALL.windows(2) {
            let [a, b] = pair else { continue };
            assert!(a.code < b.code, "{} and {} are out of order", a.code, b.code);
        }
        for check in ALL {
            assert!(registry_model::names::is_kebab(check.name), "{}", check.name);
            assert!(!check.sentence.ends_with('.'), "{}", check.code);
            assert_eq!(ALL.iter().filter(|it| it.name == check.name).count(), 1, "{}", check.name);
            for number in check.incidents {
                assert!(registry_model::incidents::find(*number).is_some(), "{} cites {number}", check.code);
            }
        }
    }
}
