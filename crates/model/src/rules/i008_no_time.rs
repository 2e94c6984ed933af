//! Reports a time-out of zero seconds.

use crate::check::{Diagnostics, Rule, Subject};
use crate::place::{Field, Place};

pub(super) const RULE: Rule = Rule {
    sentence: "the time limit of an install is more than zero",
    example: "timeout: install(0s)",
    corrected: "timeout: install(900s)",
    help: "remove the field for 900 seconds, or write a larger number",
    incidents: &[25, 70],
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    if cx.agent.install_timeout == 0 {
        let message = format!("the time limit for the install of `{}` is zero", cx.agent.name);
        report.add(&RULE, Place::field(Field::Timeout), message, RULE.help);
    }
}
