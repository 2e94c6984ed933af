//! The rules: one file each, with its documentation as data beside its check.

mod a001_idle_allow;
mod c001_exposed_secret;
mod c002_path_leaves_home;
mod c003_unknown_variable;
mod c004_impossible_template;
mod e001_unknown_source;
mod e002_bad_target;
mod e003_variable_set_twice;
mod e004_half_routed;
mod e005_unserved_protocol;
mod e006_idle_withhold;
mod i001_unlocked_package;
mod i002_unknown_program;
mod i003_touches_task;
mod i004_unchecked_download;
mod i005_hidden_failure;
mod i006_old_runtime;
mod i007_oversized_script;
mod i008_no_time;
mod m001_unroutable_suite_model;
mod m002_untrackable_usage;
mod m003_unreachable_model;
mod n001_misnamed_module;
mod n002_duplicate_name;
mod n003_no_description;
mod n004_bad_alias;
mod p001_loose_placeholder;
mod p002_bad_family_token;
mod p003_credential_mismatch;
mod p004_duplicate_model;
mod s001_shell_syntax;
mod s002_bashism;
mod w001_no_web_policy;
mod w002_policy_outside_home;
mod w003_empty_policy;
mod w004_unexplained_policy;
mod w005_unnamed_tool;

mod leaf;
mod script;
mod told;
mod variable;

use crate::check::{Allow, Place, Report, Subject, Violation};
use crate::model::{Family, Provider, Registry};

pub use i007_oversized_script::MAX_QUOTED_TWICE;

/// A rule, documented.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its code: a letter for what it is about, and a number.
    pub code: &'static str,
    /// Its kebab-case name, after the mistake.
    pub name: &'static str,
    /// What holds where it is kept.
    pub sentence: &'static str,
    /// A piece of an entry that breaks it.
    pub example: &'static str,
    /// The same piece as it should be.
    pub corrected: &'static str,
    /// The way out.
    pub help: &'static str,
    /// Incidents behind it, by their numbers in [`incidents`](crate::incidents).
    pub incidents: &'static [u8],
    /// Where it is checked first.
    pub checked: Checked,
    /// Whether an entry may allow it, with a reason.
    pub allowable: bool,
    /// Whether it is about something that is missing: then it is reported only when nothing else is wrong.
    pub absence: bool,
}

/// Where a rule is checked first; all are checked again at generation, since constants can be written by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// By the macro of the entry.
    Macro,
    /// By the compiler, when all entries of the registry are known.
    Registry,
    /// When files are generated.
    Generation,
}

impl Checked {
    /// When that is, in words that go on from `checked`.
    pub const fn when(self) -> &'static str {
        match self {
            Self::Macro => "when an entry is compiled, and again when files are generated",
            Self::Registry => "when all entries of a registry are known, and again when files are generated",
            Self::Generation => "when files are generated",
        }
    }
}

/// Every rule, sorted by code.
pub const ALL: &[&Rule] = &[
    &a001_idle_allow::RULE,
    &c001_exposed_secret::RULE,
    &c002_path_leaves_home::RULE,
    &c003_unknown_variable::RULE,
    &c004_impossible_template::RULE,
    &e001_unknown_source::RULE,
    &e002_bad_target::RULE,
    &e003_variable_set_twice::RULE,
    &e004_half_routed::RULE,
    &e005_unserved_protocol::RULE,
    &e006_idle_withhold::RULE,
    &i001_unlocked_package::RULE,
    &i002_unknown_program::RULE,
    &i003_touches_task::RULE,
    &i004_unchecked_download::RULE,
    &i005_hidden_failure::RULE,
    &i006_old_runtime::RULE,
    &i007_oversized_script::RULE,
    &i008_no_time::RULE,
    &m001_unroutable_suite_model::RULE,
    &m002_untrackable_usage::RULE,
    &m003_unreachable_model::RULE,
    &n001_misnamed_module::RULE,
    &n002_duplicate_name::RULE,
    &n003_no_description::RULE,
    &n004_bad_alias::RULE,
    &p001_loose_placeholder::RULE,
    &p002_bad_family_token::RULE,
    &p003_credential_mismatch::RULE,
    &p004_duplicate_model::RULE,
    &s001_shell_syntax::RULE,
    &s002_bashism::RULE,
    &w001_no_web_policy::RULE,
    &w002_policy_outside_home::RULE,
    &w003_empty_policy::RULE,
    &w004_unexplained_policy::RULE,
    &w005_unnamed_tool::RULE,
];

/// The rules over one agent.
pub(crate) const AGENT: &[fn(&Subject<'_>, &mut Report)] = &[
    c001_exposed_secret::check,
    c002_path_leaves_home::check,
    c003_unknown_variable::check,
    c004_impossible_template::check,
    e001_unknown_source::check,
    e002_bad_target::check,
    e003_variable_set_twice::check,
    e004_half_routed::check,
    e006_idle_withhold::check,
    i001_unlocked_package::check,
    i002_unknown_program::check,
    i003_touches_task::check,
    i004_unchecked_download::check,
    i005_hidden_failure::check,
    i006_old_runtime::check,
    i008_no_time::check,
    m002_untrackable_usage::check,
    m003_unreachable_model::check,
    n001_misnamed_module::check,
    n003_no_description::check,
    n004_bad_alias::check,
    s001_shell_syntax::check,
    s002_bashism::check,
    w001_no_web_policy::check,
    w002_policy_outside_home::check,
    w003_empty_policy::check,
    w004_unexplained_policy::check,
    w005_unnamed_tool::check,
];

/// The rules over one provider.
pub(crate) const PROVIDER: &[fn(&Provider<'_>, &mut Report)] = &[
    n003_no_description::check_provider,
    p001_loose_placeholder::check,
    p003_credential_mismatch::check,
    p004_duplicate_model::check,
    p002_bad_family_token::check_provider,
];

/// The rules over one family.
pub(crate) const FAMILY: &[fn(&Family<'_>, &mut Report)] =
    &[n003_no_description::check_family, p002_bad_family_token::check_family];

/// The rules over several entries.
const REGISTRY: &[fn(&Registry<'_>, &mut Findings)] = &[
    e005_unserved_protocol::check,
    m001_unroutable_suite_model::check,
    n002_duplicate_name::check,
    p002_bad_family_token::check,
];

/// The rule of a code, in either case.
pub fn find(code: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.code.eq_ignore_ascii_case(code))
}

pub(crate) fn silence(allows: &[Allow<'_>], violations: Vec<Violation>) -> Vec<Violation> {
    a001_idle_allow::silence(allows, violations)
}

/// Violations, each with the name of the entry that it is in.
#[derive(Debug, Default)]
pub struct Findings {
    found: Vec<(String, Violation)>,
}

impl Findings {
    fn add(&mut self, entry: &str, rule: &'static Rule, place: Place, message: String, help: impl Into<String>) {
        self.found.push((entry.to_owned(), Violation { rule, place, range: None, message, help: help.into() }));
    }
}

/// Checks a whole registry: every rule over one entry and over several. Each violation comes with the entry's name.
pub fn check_registry(registry: &Registry<'_>) -> Vec<(String, Violation)> {
    use crate::check::{LockUse, check, check_family, check_provider};
    let mut findings = Findings::default();
    for agent in registry.agents() {
        findings.found.extend(check(agent, LockUse::Required).into_iter().map(|it| (agent.name.to_owned(), it)));
    }
    for provider in registry.providers() {
        findings.found.extend(check_provider(provider).into_iter().map(|it| (provider.name.to_owned(), it)));
    }
    for family in registry.families() {
        findings.found.extend(check_family(family).into_iter().map(|it| (family.name.to_owned(), it)));
    }
    for rule in REGISTRY {
        rule(registry, &mut findings);
    }
    findings.found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_documented_and_named_once() {
        for pair in ALL.windows(2) {
            let [a, b] = pair else { continue };
            assert!(a.code < b.code, "{} and {} are out of order", a.code, b.code);
            assert_ne!(a.name, b.name);
        }
        for rule in ALL {
            assert!(crate::names::is_kebab(rule.name), "{}", rule.name);
            assert!(!rule.sentence.is_empty() && !rule.example.is_empty() && !rule.help.is_empty(), "{}", rule.code);
            assert!(!rule.corrected.is_empty() && rule.corrected != rule.example, "{}", rule.code);
            assert!(!rule.incidents.is_empty(), "{}", rule.code);
            for number in rule.incidents {
                assert!(crate::incidents::find(*number).is_some(), "{} cites {number}", rule.code);
            }
            assert!(!rule.sentence.ends_with('.'), "{}", rule.code);
        }
    }
}
