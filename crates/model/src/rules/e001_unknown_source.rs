//! Reports unknown variables in the environment mapping.

use crate::check::{Channel, Diagnostics, Rule, Subject};
use crate::place::Field;

use super::variable::unknown_variables;

pub(super) const RULE: Rule = Rule {
    sentence: "a mapping reads a canonical or an accepted variable",
    example: "env: { OPENAI_BASE_URL = BASE_ULR }",
    corrected: "env: { OPENAI_BASE_URL = BASE_URL }",
    help: "name a canonical variable, or add it to `accepts`",
    incidents: &[12, 63],
    reads: &[Field::Accepts, Field::Beside],
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    unknown_variables(&RULE, cx, |channel| matches!(channel, Channel::Env(_)), report);
}
