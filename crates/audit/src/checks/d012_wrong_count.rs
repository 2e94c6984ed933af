//! Finds counts in sentences that are not the registry's.

use crate::read::Contents;
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics};
use crate::diagnostic::Level;

pub(super) const CHECK: Check = Check {
    level: Level::Warning,
    sentence: "a page states the correct number of agents",
    example: "The suite runs all 9 registered agents.",
    help: "write the number of agents in the registry, or remove the number",
    incidents: &[73],
    run: Some(check),
    ..named!()
};

fn check(facts: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    let registered = facts.suite_names().len();
    for count in contents.suites.values().filter_map(|it| it.docs.as_ref()).flat_map(|it| &it.counts) {
        if count.value != registered {
            let message =
                format!("the page states {} registered agents, and the registry has {registered}", count.value);
            findings.add_with_help(&CHECK, &count.place, message, format!("write {registered}"));
        }
    }
}
