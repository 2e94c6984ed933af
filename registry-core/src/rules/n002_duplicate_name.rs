//! N002 `duplicate-name`: no name or alias is used twice

use std::collections::BTreeMap;

use crate::check::{Field, Place};
use crate::model::Registry;

use super::{Checked, Findings, Rule};

/// What the rule refuses, and why.
pub(crate) const RULE: Rule = Rule {
    code: "N002",
    name: "duplicate-name",
    sentence: "no name or alias is used twice",
    example: r#"aliases: ["polly"]   // and another entry says the same"#,
    corrected: r#"aliases: ["polly-two"]   // which no other entry has"#,
    help: "choose another alias",
    incidents: &[72],
    checked: Checked::Registry,
    allowable: false,
    absence: false,
};

/// Reports names and aliases that occur twice, in one entry or in several.
pub(crate) fn check(registry: &Registry<'_>, report: &mut Findings) {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for agent in registry.agents() {
        let aliases =
            agent.aliases.iter().enumerate().map(|(index, alias)| (Place::field(Field::Aliases).item(index), *alias));
        for (place, name) in core::iter::once((Place::field(Field::Name), agent.name)).chain(aliases) {
            if let Some(other) = seen.insert(name, agent.name) {
                report.add(
                    agent.name,
                    &RULE,
                    place,
                    format!("`{name}` is a name of `{other}` already"),
                    "choose another alias",
                );
            }
        }
    }
}
