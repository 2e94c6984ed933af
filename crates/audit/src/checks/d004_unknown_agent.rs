//! Finds names that are not registered.

use crate::diagnostic::quoted;
use crate::read::Contents;
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics, names};

pub(super) const CHECK: Check = Check {
    sentence: "an agent that a suite names is registered",
    example: "agent: gemeni",
    help: "take the name from the registry (`cargo xtask list`), or register the agent",
    incidents: &[72, 73],
    run: Some(check),
    ..named!()
};

fn check(facts: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    for named in contents.suites.values().flat_map(names) {
        let name = named.value;
        if facts.is_known(name) {
            continue;
        }
        let help = match facts.near(name) {
            Some(near) => format!("did you mean `{near}`?"),
            None => CHECK.help.to_owned(),
        };
        findings.add_with_help(&CHECK, &named.place, format!("unknown agent `{}`", quoted(name)), help);
    }
}
