//! S001 `shell-syntax`: shell text has no syntax error in dash

use crate::check::{Report, Subject};

use super::script::report_findings;
use super::{Checked, Rule};

/// What the rule refuses, and why.
pub(crate) const RULE: Rule = Rule {
    code: "S001",
    name: "shell-syntax",
    sentence: "shell text has no syntax error in dash",
    example: r#"sh("if true; then echo", bin: "some-agent", writes: [], needs: [])"#,
    corrected: r#"sh("if true; then echo; fi", bin: "some-agent", writes: [], needs: [])"#,
    help: "mend the syntax",
    incidents: &[1, 9],
    checked: Checked::Macro,
    allowable: false,
    absence: false,
};

/// Reports what the shell linter finds in the entry's steps.
pub(crate) fn check(cx: &Subject<'_>, report: &mut Report) {
    report_findings(&RULE, cx, report);
}
