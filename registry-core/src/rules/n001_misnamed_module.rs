//! N001 `misnamed-module`: a module of the list holds the entry that bears its name

use crate::check::{Field, Place, Report, Subject};
use crate::names::is_kebab;

use super::{Checked, Rule};

/// What the rule refuses, and why.
pub(crate) const RULE: Rule = Rule {
    code: "N001",
    name: "misnamed-module",
    sentence: "a module of the list holds the entry that bears its name",
    example: "agents { mod parrot; }   // and the file says: agent! { polly { … } }",
    corrected: "agents { mod parrot; }   // and the file says: agent! { parrot { … } }",
    help: "name the entry and its file alike",
    incidents: &[72],
    checked: Checked::Registry,
    allowable: false,
    absence: false,
};

/// Reports a constant whose name was not derived from an identifier.
pub(crate) fn check(cx: &Subject<'_>, report: &mut Report) {
    let name = cx.agent.name;
    if !is_kebab(name) {
        let help = "an identifier of lower-case letters, digits and single underscores becomes the kebab-case name";
        report.add(&RULE, Place::field(Field::Name), format!("`{name}` is no name of an agent"), help);
    }
}
