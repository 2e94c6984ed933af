//! I005 `hidden-failure`: a step shows a package manager's output and stops when it fails

use crate::check::{Report, Subject};

use super::script::report_findings;
use super::{Checked, Rule};

/// What the rule refuses, and why.
pub(crate) const RULE: Rule = Rule {
    code: "I005",
    name: "hidden-failure",
    sentence: "a step shows a package manager's output and stops when it fails",
    example: r#"sh("npm ci >/dev/null 2>&1 || true", bin: "some-agent", writes: [], needs: [])"#,
    corrected: r#"sh("npm ci", bin: "some-agent", writes: [], needs: [])"#,
    help: "let it print, and let it fail",
    incidents: &[4, 6, 7],
    checked: Checked::Macro,
    allowable: true,
    absence: false,
};

/// Reports what the shell linter finds in the entry's steps.
pub(crate) fn check(cx: &Subject<'_>, report: &mut Report) {
    report_findings(&RULE, cx, report);
}
