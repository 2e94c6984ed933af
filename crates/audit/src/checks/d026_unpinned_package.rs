//! Finds packages with a range, a tag or nothing for a version.

use crate::diagnostic::{Level, quoted};
use crate::pins::Pin;
use crate::read::Contents;
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics, packages};

pub(super) const CHECK: Check = Check {
    level: Level::Warning,
    sentence: "a package is installed in one exact version",
    example: "npm install some-agent@latest",
    help: "write one exact version, for example the one in the registry's lock",
    incidents: &[14, 44, 49],
    run: Some(check),
    ..named!()
};

fn check(facts: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    for asked in packages(contents) {
        let Pin::Floating(written) = &asked.version else { continue };
        let message = format!("`{}` has no exact version", quoted(written));
        let help = match facts.version(asked.agent, asked.ecosystem, &asked.name) {
            Some(pinned) => format!("the registry pins `{}` to {}", pinned.package, pinned.version),
            None => CHECK.help.to_owned(),
        };
        findings.add_with_help(&CHECK, &asked.place, message, help);
    }
}
