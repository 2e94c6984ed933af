//! Finds names that are not registered.

use crate::finding::quoted;
use crate::known::Known;
use crate::read::Contents;

use super::{Check, Findings, names};

pub(super) const CHECK: Check = Check {
    sentence: "an agent that a suite names is registered",
    example: "agent: gemeni",
    help: "take the name from the registry (`cargo xtask list`), or register the agent",
    incidents: &[72, 73],
    run: Some(check),
    ..named!()
};

fn check(known: &Known<'_>, contents: &Contents, findings: &mut Findings) {
    for named in contents.suites.values().flat_map(names) {
        let name = named.value;
        if known.agent(name).is_some() || known.of_alias(name).is_some() {
            continue;
        }
        let help = match known.near(name) {
            Some(near) => format!("did you mean `{near}`?"),
            None => CHECK.help.to_owned(),
        };
        findings.add_with_help(&CHECK, &named.place, format!("unknown agent `{}`", quoted(name)), help);
    }
}
