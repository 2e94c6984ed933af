//! I008 `no-time`: an install has time to run

use crate::check::{Field, Place, Report, Subject};

use super::{Checked, Rule};

/// What the rule refuses, and why.
pub(crate) const RULE: Rule = Rule {
    code: "I008",
    name: "no-time",
    sentence: "an install has time to run",
    example: "timeout: install(0s)",
    corrected: "timeout: install(900s)",
    help: "leave the field out for 900 seconds, or give more than nothing",
    incidents: &[25, 70],
    checked: Checked::Macro,
    allowable: false,
    absence: false,
};

/// Reports a time-out of nothing.
pub(crate) fn check(cx: &Subject<'_>, report: &mut Report) {
    if cx.agent.install_timeout == 0 {
        let message = format!("`{}` gives its install no time", cx.agent.name);
        report.add(&RULE, Place::field(Field::Timeout), message, RULE.help);
    }
}
