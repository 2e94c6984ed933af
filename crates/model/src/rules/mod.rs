//! The rules: one file each, with its documentation as data next to its check, and one line in the list below.

mod leaf;
mod model_conditions;
mod script;
mod variable;

use crate::check::{Diagnostics, EntryDiagnostics, LockUse, Subject};
use crate::model::{Agent, Family, Provider, Registry};

pub use crate::check::{Checked, Diagnostic, Rule};
pub use i007_oversized_script::MAX_QUOTED_TWICE;

/// What a rule is without its documentation: the code and the name of the module that this is written in.
macro_rules! named {
    () => {
        $crate::check::Rule::named(const { &$crate::names::Coded::of(module_path!()) })
    };
}

/// Takes the rules of modules into the list; one that is not documented, or never run, does not compile.
macro_rules! rules {
    ($($module:ident)*) => {
        $(
            mod $module;
            const _: () = assert!(
                $module::RULE.is_whole(),
                concat!("the rule of `", stringify!($module), "` lacks a part, or has no function to run")
            );
        )*

        /// Every rule, sorted by code.
        pub const ALL: &[&Rule] = &[$(&$module::RULE),*];
    };
}

rules! {
    a001_idle_allow
    c001_exposed_secret
    c002_path_leaves_home
    c003_unknown_variable
    c004_impossible_template
    c005_written_secret
    c006_mismatched_format
    c007_clashing_shapes
    e001_unknown_source
    e002_bad_target
    e003_variable_set_twice
    e004_half_routed
    e005_unserved_protocol
    e006_idle_withhold
    i001_unlocked_package
    i002_unknown_program
    i003_touches_task
    i004_unchecked_download
    i005_hidden_failure
    i006_old_runtime
    i007_oversized_script
    i008_no_time
    i009_bad_image_need
    i010_unpinned_step
    m001_unroutable_suite_model
    m002_untrackable_usage
    m003_unreachable_model
    m004_routed_closed_agent
    n001_misnamed_module
    n002_duplicate_name
    n003_no_description
    n004_bad_alias
    n005_wrong_version
    p001_loose_placeholder
    p002_bad_family_token
    p003_credential_mismatch
    p004_duplicate_model
    s001_shell_syntax
    s002_bashism
    t001_permission_said_twice
    t002_unexplained_choice
    t003_idle_effort
    t004_idle_servers
    w001_no_web_policy
    w002_policy_outside_home
    w003_empty_policy
    w004_unexplained_policy
    w005_unnamed_tool
    w006_unclear_hosted
}

/// The rule of a code, in either case.
pub fn find(code: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.code.eq_ignore_ascii_case(code))
}

/// Checks an agent: every violation that is not allowed, in the order of the rules.
pub fn check_agent(agent: &Agent<'_>, lock: LockUse) -> Vec<Diagnostic> {
    let subject = Subject::new(agent, lock);
    let violations = reported(|rule| rule.agent, |check, report| check(&subject, report));
    let allows = ALL.iter().filter_map(|rule| rule.allows);
    allows.fold(violations, |violations, silence| silence(agent.allow, violations))
}

/// Checks a provider.
pub fn check_provider(provider: &Provider<'_>) -> Vec<Diagnostic> {
    reported(|rule| rule.provider, |check, report| check(provider, report))
}

/// Checks a family.
pub fn check_family(family: &Family<'_>) -> Vec<Diagnostic> {
    reported(|rule| rule.family, |check, report| check(family, report))
}

/// What the rules report that have a check of one kind.
fn reported<C>(kind: impl Fn(&Rule) -> Option<C>, run: impl Fn(C, &mut Diagnostics)) -> Vec<Diagnostic> {
    let mut report = Diagnostics::default();
    for check in ALL.iter().filter_map(|rule| kind(rule)) {
        run(check, &mut report);
    }
    report.violations
}

/// Checks a whole registry: every rule over one entry and over several. Each violation comes with the entry's name.
pub fn check_registry(registry: &Registry<'_>) -> Vec<(String, Diagnostic)> {
    let mut findings = EntryDiagnostics::default();
    let mut add = |name: &str, violations: Vec<Diagnostic>| {
        findings.found.extend(violations.into_iter().map(|it| (name.to_owned(), it)));
    };
    for agent in registry.agents() {
        add(agent.name, check_agent(agent, LockUse::Required));
    }
    for provider in registry.providers() {
        add(provider.name, check_provider(provider));
    }
    for family in registry.families() {
        add(family.name, check_family(family));
    }
    for check in ALL.iter().filter_map(|rule| rule.registry) {
        check(registry, &mut findings);
    }
    findings.found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_sorted_unique_and_cite_incidents() {
        for pair in ALL.windows(2) {
            let [a, b] = pair else { continue };
            assert!(a.code < b.code, "{} and {} are out of order", a.code, b.code);
            assert_ne!(a.name, b.name);
        }
        for rule in ALL {
            assert!(crate::names::is_kebab(rule.name), "{}", rule.name);
            assert_ne!(rule.corrected, rule.example, "{}", rule.code);
            for number in rule.incidents {
                assert!(crate::incidents::find(*number).is_some(), "{} cites {number}", rule.code);
            }
            assert!(!rule.sentence.ends_with('.'), "{}", rule.code);
        }
    }
}
