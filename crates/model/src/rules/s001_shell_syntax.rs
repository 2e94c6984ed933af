//! Reports what the shell linter finds in the entry's steps.

use crate::check::{Diagnostics, Rule, Subject};

use super::script::report_findings;

pub(super) const RULE: Rule = Rule {
    sentence: "shell text has no syntax error in dash",
    example: r#"sh("if true; then echo", bin: "some-agent", writes: [], needs: [])"#,
    corrected: r#"sh("if true; then echo; fi", bin: "some-agent", writes: [], needs: [])"#,
    help: "correct the syntax",
    incidents: &[1, 9],
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    report_findings(&RULE, cx, report);
}
