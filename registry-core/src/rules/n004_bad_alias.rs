//! N004 `bad-alias`: an alias is a kebab-case word

use crate::check::{Field, Place, Report, Subject};
use crate::names::is_kebab;

use super::{Checked, Rule};

/// What the rule refuses, and why.
pub(crate) const RULE: Rule = Rule {
    code: "N004",
    name: "bad-alias",
    sentence: "an alias is a kebab-case word",
    example: r#"aliases: ["Claude Code"]"#,
    corrected: r#"aliases: ["polly-two"]"#,
    help: "use lower-case letters, digits and single hyphens",
    incidents: &[72],
    checked: Checked::Macro,
    allowable: false,
    absence: false,
};

/// Reports aliases that are no kebab-case words, and those that repeat the entry's own names.
pub(crate) fn check(cx: &Subject<'_>, report: &mut Report) {
    for (index, alias) in cx.agent.aliases.iter().enumerate() {
        let place = Place::field(Field::Aliases).item(index);
        if !is_kebab(alias) {
            report.add(&RULE, place, format!("alias `{alias}` is no kebab-case word"), RULE.help);
        }
    }
}
