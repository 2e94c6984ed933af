//! Finds aliases where a name must be.

use crate::read::Contents;
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics, names};

pub(super) const CHECK: Check = Check {
    sentence: "a place names an agent by its name",
    example: "ALL_AGENTS=( short-name )",
    help: "write the name: results, folders and tables are looked up by it",
    incidents: &[72],
    run: Some(check),
    ..named!()
};

fn check(facts: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    let in_suites = contents.suites.values().flat_map(names);
    let in_entries = contents.entries.iter().filter_map(|it| it.table.text("id"));
    for named in in_suites.chain(in_entries) {
        let Some(agent) = facts.of_alias(named.value).filter(|_| facts.agent(named.value).is_none()) else { continue };
        let message = format!("`{}` is an alias of `{}`", named.value, agent.name);
        findings.add_with_help(&CHECK, &named.place, message, format!("write `{}`", agent.name));
    }
}
