//! Reports names and aliases that occur twice, in one entry or in several.

use std::collections::BTreeMap;

use crate::check::{Checked, EntryDiagnostics, Rule};
use crate::model::Registry;
use crate::place::{Field, Place};

pub(super) const RULE: Rule = Rule {
    sentence: "every name and alias is unique",
    example: r#"aliases: ["polly"]   // and another entry has the same"#,
    corrected: r#"aliases: ["polly-two"]   // which no other entry has"#,
    help: "choose another alias",
    incidents: &[72],
    checked: Checked::Registry,
    registry: Some(check),
    ..named!()
};

fn check(registry: &Registry<'_>, report: &mut EntryDiagnostics) {
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
                    format!("`{name}` is already a name of `{other}`"),
                    "choose another alias",
                );
            }
        }
    }
}
