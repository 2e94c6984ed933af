//! Reports a constant whose name was not derived from an identifier.

use crate::check::{Checked, Report, Rule, Subject};
use crate::names::is_kebab;
use crate::place::{Field, Place};

pub(super) const RULE: Rule = Rule {
    sentence: "a module of the list holds the entry that bears its name",
    example: "agents { mod parrot; }   // and the file says: agent! { polly { … } }",
    corrected: "agents { mod parrot; }   // and the file says: agent! { parrot { … } }",
    help: "name the entry and its file alike",
    incidents: &[72],
    checked: Checked::Registry,
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Report) {
    let name = cx.agent.name;
    if !is_kebab(name) {
        let help = "an identifier of lower-case letters, digits and single underscores becomes the kebab-case name";
        report.add(&RULE, Place::field(Field::Name), format!("`{name}` is no name of an agent"), help);
    }
}
