//! Reports aliases that are not kebab-case words, and those that repeat the entry's own names.

use crate::check::{Diagnostics, Rule, Subject};
use crate::names::is_kebab;
use crate::place::{Field, Place};

pub(super) const RULE: Rule = Rule {
    sentence: "an alias is a kebab-case word",
    example: r#"aliases: ["Claude Code"]"#,
    corrected: r#"aliases: ["polly-two"]"#,
    help: "use lower-case letters, digits and single hyphens",
    incidents: &[72],
    agent: Some(check),
    ..named!()
};

fn check(cx: &Subject<'_>, report: &mut Diagnostics) {
    for (index, alias) in cx.agent.aliases.iter().enumerate() {
        let place = Place::field(Field::Aliases).item(index);
        if !is_kebab(alias) {
            report.add(&RULE, place, format!("alias `{alias}` is not a kebab-case word"), RULE.help);
        }
    }
}
