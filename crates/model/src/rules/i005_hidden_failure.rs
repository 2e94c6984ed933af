//! Reports what the shell linter finds in the entry's steps.

use crate::check::{Diagnostics, Rule, Subject};

use super::script::report_findings;

pub(super) const RULE: Rule = Rule {
    sentence: "a step shows a package manager's output and stops when it fails",
    example: r#"sh("npm ci >/dev/null 2>&1 || true", bin: "some-agent", writes: [], needs: [])"#,
    corrected: r#"sh("npm ci", bin: "some-agent", writes: [], needs: [])"#,
    help: "remove what hides its output or ignores its status",
    incidents: &[4, 6, 7],
    allowable: true,
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    report_findings(&RULE, cx, report);
}
