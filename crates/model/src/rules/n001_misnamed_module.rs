//! Reports a constant whose name was not derived from an identifier.

use crate::check::{Checked, Diagnostics, Rule, Subject};
use crate::names::is_kebab;
use crate::place::{Field, Place};

pub(super) const RULE: Rule = Rule {
    sentence: "a module of the list contains the entry of the same name",
    example: "agents { mod parrot; }   // and the file contains: agent! { polly { … } }",
    corrected: "agents { mod parrot; }   // and the file contains: agent! { parrot { … } }",
    help: "use one name for the entry and its file",
    incidents: &[72],
    checked: Checked::Registry,
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    let name = cx.agent.name;
    if !is_kebab(cx.agent.entry()) {
        let help = "use an identifier of lower-case letters, digits and single underscores; the kebab-case name follows from it";
        report.add(&RULE, Place::field(Field::Name), format!("`{name}` is not an agent name"), help);
    }
}
