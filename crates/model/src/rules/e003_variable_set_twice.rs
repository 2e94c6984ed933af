//! Reports the second of two mappings onto one variable.

use std::collections::BTreeSet;

use crate::check::{Diagnostics, Rule, Subject};
use crate::place::Field;

use super::variable::set_variables;

pub(super) const RULE: Rule = Rule {
    sentence: "a variable is set once",
    example: r#"env: { OPENAI_API_KEY = API_KEY, OPENAI_API_KEY = "x" }"#,
    corrected: r#"env: { OPENAI_API_KEY = if set(API_KEY) { API_KEY } else { "x" } }"#,
    help: "keep one mapping, with `if` or `match` in its value",
    incidents: &[56, 61],
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    let mut seen = BTreeSet::new();
    for (place, name) in set_variables(cx.agent) {
        // A variable of `env` may have another value in `permission`; that it is not the same is for T001.
        let chosen = place.field == Field::Permission && cx.agent.env.iter().any(|it| it.name == name);
        if !seen.insert(name) && !chosen {
            report.add(&RULE, place, format!("`{name}` is set twice by `{}`", cx.agent.name), RULE.help);
        }
    }
}
