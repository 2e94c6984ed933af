//! Reports a time-out of nothing.

use crate::check::{Report, Rule, Subject};
use crate::place::{Field, Place};

pub(super) const RULE: Rule = Rule {
    sentence: "an install has time to run",
    example: "timeout: install(0s)",
    corrected: "timeout: install(900s)",
    help: "leave the field out for 900 seconds, or give more than nothing",
    incidents: &[25, 70],
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Report) {
    if cx.agent.install_timeout == 0 {
        let message = format!("`{}` gives its install no time", cx.agent.name);
        report.add(&RULE, Place::field(Field::Timeout), message, RULE.help);
    }
}
