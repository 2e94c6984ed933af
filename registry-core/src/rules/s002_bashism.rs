//! S002 `bashism`: shell text does in dash what it says

use crate::check::{Report, Subject};

use super::script::report_findings;
use super::{Checked, Rule};

/// What the rule refuses, and why.
pub(crate) const RULE: Rule = Rule {
    code: "S002",
    name: "bashism",
    sentence: "shell text does in dash what it says",
    example: r#"sh("[[ -n $x ]] && echo yes", bin: "some-agent", writes: [], needs: [])"#,
    corrected: r#"sh("[ -n \"$x\" ] && echo yes", bin: "some-agent", writes: [], needs: [])"#,
    help: "write it in POSIX shell",
    incidents: &[1, 2],
    checked: Checked::Macro,
    allowable: false,
    absence: false,
};

/// Reports what the shell linter finds in the entry's steps.
pub(crate) fn check(cx: &Subject<'_>, report: &mut Report) {
    report_findings(&RULE, cx, report);
}
