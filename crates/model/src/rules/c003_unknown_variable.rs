//! Reports unknown variables outside the environment mapping.

use crate::check::{Channel, Diagnostics, Rule, Subject};
use crate::place::{Field, Place};
use crate::variables::{canonical, is_variable_name};

use super::variable::unknown_variables;

pub(super) const RULE: Rule = Rule {
    sentence: "a variable in a file, a policy or an argument is canonical or accepted",
    example: r#"config: [json("~/.parrot/config.json") { "model": MODLE }]"#,
    corrected: r#"config: [json("~/.parrot/config.json") { "model": MODEL }]"#,
    help: "name a canonical variable, or add it to `accepts`",
    incidents: &[12],
    reads: &[Field::Accepts, Field::Beside],
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    unknown_variables(&RULE, cx, |channel| !matches!(channel, Channel::Env(_)), report);
    for (index, name) in cx.agent.accepts.iter().enumerate() {
        let place = Place::field(Field::Accepts).item(index);
        if !is_variable_name(name) {
            report.add(
                &RULE,
                place,
                format!("`{name}` is not a variable name"),
                "use upper-case letters, digits and underscores",
            );
        } else if canonical(name).is_some() {
            report.add(
                &RULE,
                place,
                format!("`{name}` is a canonical variable, which every entry may read"),
                "remove it from `accepts`",
            );
        }
    }
}
