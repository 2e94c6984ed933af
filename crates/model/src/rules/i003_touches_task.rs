//! Reports what the shell linter finds in the entry's steps.

use crate::check::{Diagnostics, Rule, Subject};

use super::script::report_findings;

pub(super) const RULE: Rule = Rule {
    sentence: "an install step does not change what the task owns",
    example: r#"sh("npm install -g some-agent", bin: "some-agent", writes: [], needs: ["npm"])"#,
    corrected: r#"npm("some-agent", bin: "some-agent")"#,
    help: "install under the prefix, with the private runtime",
    incidents: &[13, 15, 16, 23, 26, 33, 34, 40],
    allowable: true,
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    report_findings(&RULE, cx, report);
}
