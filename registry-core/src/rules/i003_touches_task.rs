//! I003 `touches-task`: a step leaves alone what the task owns

use crate::check::{Report, Subject};

use super::script::report_findings;
use super::{Checked, Rule};

/// What the rule refuses, and why.
pub(crate) const RULE: Rule = Rule {
    code: "I003",
    name: "touches-task",
    sentence: "a step leaves alone what the task owns",
    example: r#"sh("npm install -g some-agent", bin: "some-agent", writes: [], needs: ["npm"])"#,
    corrected: r#"npm("some-agent", bin: "some-agent")"#,
    help: "install under the prefix, with the private runtime",
    incidents: &[13, 15, 16, 23, 26, 33, 34, 40],
    checked: Checked::Macro,
    allowable: true,
    absence: false,
};

/// Reports what the shell linter finds in the entry's steps.
pub(crate) fn check(cx: &Subject<'_>, report: &mut Report) {
    report_findings(&RULE, cx, report);
}
