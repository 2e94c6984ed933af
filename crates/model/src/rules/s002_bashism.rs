//! Reports what the shell linter finds in the entry's steps.

use crate::check::{Diagnostics, Rule, Subject};

use super::script::report_findings;

pub(super) const RULE: Rule = Rule {
    sentence: "shell text has no construct that dash runs differently from bash",
    example: r#"sh("[[ -n $x ]] && echo yes", bin: "some-agent", writes: [], needs: [])"#,
    corrected: r#"sh("[ -n \"$x\" ] && echo yes", bin: "some-agent", writes: [], needs: [])"#,
    help: "write it in POSIX shell",
    incidents: &[1, 2],
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    report_findings(&RULE, cx, report);
}
