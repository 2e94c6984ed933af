//! N003 `no-description`: an entry says in a doc comment what the agent is

use crate::check::{Field, Place, Report, Subject};

use super::{Checked, Rule};

/// What the rule refuses, and why.
pub(crate) const RULE: Rule = Rule {
    code: "N003",
    name: "no-description",
    sentence: "an entry says in a doc comment what the agent is",
    example: "agent! { parrot { … } }   // without a `///` line",
    help: "write `/// What it is, in one sentence.` above the name",
    incidents: &[73],
    checked: Checked::Macro,
    allowable: false,
    absence: true,
};

/// Reports an entry without a doc comment.
pub(crate) fn check(cx: &Subject<'_>, report: &mut Report) {
    let Subject { agent, .. } = cx;
    if agent.description.trim().is_empty() {
        let message = format!("`{}` has no description", agent.name);
        report.add(&RULE, Place::field(Field::Name), message, RULE.help);
    }
}
