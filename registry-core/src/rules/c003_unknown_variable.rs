//! C003 `unknown-variable`: a file, a policy or an argument names a variable that someone fills

use crate::check::{Channel, Field, Place, Report, Subject};
use crate::variables::{canonical, is_variable_name};

use super::variable::unknown_variables;
use super::{Checked, Rule};

/// What the rule refuses, and why.
pub(crate) const RULE: Rule = Rule {
    code: "C003",
    name: "unknown-variable",
    sentence: "a file, a policy or an argument names a variable that someone fills",
    example: r#"config: [json("~/.parrot/config.json") { "model": MODLE }]"#,
    corrected: r#"config: [json("~/.parrot/config.json") { "model": MODEL }]"#,
    help: "name a canonical variable, or add it to `accepts`",
    incidents: &[12],
    checked: Checked::Macro,
    allowable: false,
    absence: false,
};

/// Reports variables, outside the environment mapping, that nobody fills.
pub(crate) fn check(cx: &Subject<'_>, report: &mut Report) {
    unknown_variables(&RULE, cx, |channel| !matches!(channel, Channel::Env(_)), report);
    for (index, name) in cx.agent.accepts.iter().enumerate() {
        let place = Place::field(Field::Accepts).item(index);
        if !is_variable_name(name) {
            report.add(
                &RULE,
                place,
                format!("`{name}` is no name of a variable"),
                "use upper-case letters, digits and underscores",
            );
        } else if canonical(name).is_some() {
            report.add(
                &RULE,
                place,
                format!("`{name}` is canonical: every entry may read it"),
                "leave it out of `accepts`",
            );
        }
    }
}
