//! E001 `unknown-source`: a mapping reads a canonical or an accepted variable

use crate::check::{Channel, Report, Subject};

use super::variable::unknown_variables;
use super::{Checked, Rule};

/// What the rule refuses, and why.
pub(crate) const RULE: Rule = Rule {
    code: "E001",
    name: "unknown-source",
    sentence: "a mapping reads a canonical or an accepted variable",
    example: "env: { OPENAI_BASE_URL = BASE_ULR }",
    corrected: "env: { OPENAI_BASE_URL = BASE_URL }",
    help: "name a canonical variable, or add it to `accepts`",
    incidents: &[12, 63],
    checked: Checked::Macro,
    allowable: false,
    absence: false,
};

/// Reports variables of the environment mapping that nobody fills.
pub(crate) fn check(cx: &Subject<'_>, report: &mut Report) {
    unknown_variables(&RULE, cx, |channel| matches!(channel, Channel::Env(_)), report);
}
