//! D026 `unpinned-package`: a package is installed by one version

use super::packages;
use crate::finding::{Findings, quoted};
use crate::known::Known;
use crate::pins::Pin;
use crate::read::Contents;

use super::Check;
use crate::finding::Level;

/// What the check finds, and why.
pub(crate) const CHECK: Check = Check {
    code: "D026",
    name: "unpinned-package",
    level: Level::Error,
    sentence: "a package is installed by one version",
    example: "npm install some-agent@latest",
    help: "write the version that the registry's lock has, or any other one version",
    incidents: &[14, 44, 49],
};

/// Packages with a range, a tag or nothing for a version.
pub(crate) fn check(known: &Known<'_>, contents: &Contents, findings: &mut Findings) {
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
