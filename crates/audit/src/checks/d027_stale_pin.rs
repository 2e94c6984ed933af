//! Finds versions that differ from the lock's.

use crate::diagnostic::{Level, quoted};
use crate::pins::Pin;
use crate::read::Contents;
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics, packages};

pub(super) const CHECK: Check = Check {
    level: Level::Warning,
    sentence: "a package of a registered agent has the version of the lock",
    example: "npm install some-agent@1.2.3   # the lock has 1.2.5",
    help: "write the version of the lock, which was verified; or run `cargo pin` for the newer one",
    incidents: &[14, 43, 75],
    compares: true,
    run: Some(check),
    ..named!()
};

fn check(facts: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    for asked in packages(contents) {
        let Pin::Exact(version) = &asked.version else { continue };
        let Some(pinned) = facts.version(asked.agent, asked.ecosystem, &asked.name) else { continue };
        if pinned.version != version {
            let message = format!(
                "`{}` is {}, and the lock of `{}` has {}",
                asked.name,
                quoted(version),
                pinned.agent,
                pinned.version
            );
            findings.add(&CHECK, &asked.place, message);
        }
    }
    for entry in &contents.entries {
        let Some(agent) = entry.table.text("id").and_then(|id| facts.agent(id.value)) else { continue };
        let Some(version) = entry.table.text("version") else { continue };
        let first = facts.pinned.iter().find(|it| it.agent == agent.name);
        if let Some(pinned) = first.filter(|it| it.version != version.value) {
            let message = format!("`{}` is {}, and its lock has {}", agent.name, quoted(version.value), pinned.version);
            findings.add(&CHECK, &version.place, message);
        }
    }
}
