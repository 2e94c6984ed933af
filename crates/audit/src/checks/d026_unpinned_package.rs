//! Finds packages with a range, a tag or nothing for a version.

use crate::finding::quoted;
use crate::known::Known;
use crate::pins::Pin;
use crate::read::Contents;

use super::{Check, Findings, packages};

pub(super) const CHECK: Check = Check {
    sentence: "a package is installed by one version",
    example: "npm install some-agent@latest",
    help: "write the version that the registry's lock has, or any other one version",
    incidents: &[14, 44, 49],
    run: Some(check),
    ..named!()
};

fn check(known: &Known<'_>, contents: &Contents, findings: &mut Findings) {
    for asked in packages(contents) {
        let Pin::Floating(written) = &asked.version else { continue };
        let message = format!("`{}` is whatever its registry has today", quoted(written));
        let help = match known.version(asked.agent, asked.ecosystem, &asked.name) {
            Some(pinned) => format!("the registry pins `{}` to {}", pinned.package, pinned.version),
            None => CHECK.help.to_owned(),
        };
        findings.add_with_help(&CHECK, &asked.place, message, help);
    }
}
