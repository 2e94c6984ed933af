//! Reports names that no variable can have, that are reserved, or that are canonical.

use crate::check::{Diagnostics, Rule, Subject};
use crate::variables::{canonical, is_reserved, is_variable_name};

use super::variable::{set_variables, unset_variables};

pub(super) const RULE: Rule = Rule {
    sentence: "a mapping sets a variable that the agent reads",
    example: r#"env: { PATH = "/opt/bin" }"#,
    corrected: r#"env: { PARROT_BIN = "/opt/bin" }"#,
    help: "map it to a variable that the agent reads",
    incidents: &[12, 15, 40],
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    for (place, name) in set_variables(cx.agent).into_iter().chain(unset_variables(cx.agent)) {
        if canonical(name).is_some() {
            let message = format!("`{name}` is a canonical variable, which the harness sets and an entry only reads");
            report.add(&RULE, place, message, RULE.help);
        } else if !is_variable_name(name) {
            let help = "use upper-case letters, digits and underscores";
            report.add(&RULE, place, format!("`{name}` is not a variable name"), help);
        } else if is_reserved(name) {
            let message = format!("`{name}` is reserved for the task and the interpreters; an agent must not set it");
            report.add(&RULE, place, message, RULE.help);
        }
    }
}
