//! What the compiler says to wrong entries, and that it says nothing to right ones.
//!
//! A case is named after the rule it breaks and the mistake. To accept what the compiler says now:
//! `TRYBUILD=overwrite cargo test -p registry-ui`; of one case: `… -- wrong trybuild=NAME`.

#![allow(clippy::expect_used, reason = "a test stops where something is not as it must be")]

use std::fs;
use std::path::Path;

use registry::model::Registry;
use registry::rules::check_registry;

/// The most lines of a case: more would hide what it is about.
const LINES: usize = 25;

/// Right cases: they are modules of this program, so that its own compilation is the test.
macro_rules! right {
    ($($case:ident)*) => {
        #[path = "../pass"]
        #[allow(dead_code, unreachable_pub, reason = "elsewhere each case is a crate")]
        mod pass {
            $(pub(super) mod $case;)*
        }

        const RIGHT: &[(&str, &Registry<'static>)] = &[$((stringify!($case), &pass::$case::REGISTRY)),*];
    };
}

right! {
    a001_idle_allow
    c001_exposed_secret
    c002_path_leaves_home
    c003_dollar_in_text
    c003_unknown_variable
    c004_impossible_template
    e001_unknown_source
    e002_bad_target
    e003_variable_set_twice
    e004_half_routed
    e005_unserved_protocol
    e006_idle_withhold
    i001_unlocked_package
    i002_unknown_program
    i003_allowed
    i003_touches_task
    i004_unchecked_download
    i005_hidden_failure
    i006_old_runtime
    i008_no_time
    m001_unroutable_suite_model
    m002_untrackable_usage
    m003_unreachable_model
    n001_misnamed_module
    n002_duplicate_name
    n003_no_description
    n004_bad_alias
    p001_loose_placeholder
    p002_bad_family_token
    p003_credential_mismatch
    p004_duplicate_model
    s001_shell_syntax
    s002_bashism
    w001_no_web_policy
    w002_policy_outside_home
    w003_empty_policy
    w004_unexplained_policy
    w005_allowed
    w005_unnamed_tool
}

/// The sources in a folder, each with its name without the ending.
fn cases(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let names = fs::read_dir(&folder).expect("the folder is there").map(|it| it.expect("it is readable").path());
    let sources = names.filter(|path| path.extension().is_some_and(|it| it == "rs"));
    let mut cases: Vec<_> = sources
        .map(|path| {
            let text = fs::read_to_string(&path).expect("the case is readable");
            (path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), text)
        })
        .collect();
    cases.sort();
    cases
}

#[test]
fn wrong_entries_do_not_compile() {
    // Wrong cases alone: where a right one is among them, trybuild starts the compiler for one after the other.
    let wrong = trybuild::TestCases::new();
    wrong.compile_fail("fail/*.rs");
    wrong.compile_fail("fail/syntax/*.rs");
}

#[test]
fn right_entries_compile_and_break_no_rule() {
    let listed: Vec<_> = RIGHT.iter().map(|(case, _)| (*case).to_owned()).collect();
    let there: Vec<_> = cases("pass").into_iter().map(|(case, _)| case).collect();
    assert_eq!(listed, there, "each case of `pass` is a line of `right!`");
    for (case, registry) in RIGHT {
        let broken = check_registry(registry);
        assert!(broken.is_empty(), "{case}: {broken:?}");
    }
}

#[test]
fn a_case_is_short() {
    for folder in ["fail", "fail/syntax", "fail/agents", "pass"] {
        for (case, text) in cases(folder) {
            let lines = text.lines().count();
            assert!(lines <= LINES, "{folder}/{case}.rs has {lines} lines\nhelp: take the rest from `registry_ui`");
        }
    }
}
