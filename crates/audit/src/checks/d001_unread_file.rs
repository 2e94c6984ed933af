//! Reports files that could not be read.

use super::{Check, Diagnostics};
use crate::diagnostic::Level;
use crate::read::{Contents, Unread};
use crate::registry_facts::RegistryFacts;

pub(super) const CHECK: Check = Check {
    level: Level::Warning,
    sentence: "every file that the audit checks can be read",
    example: "a `manifest.toml` that is not TOML, a link, a FIFO, or larger than the limit",
    help: "correct the file, or remove it",
    incidents: &[74],
    run: Some(check),
    ..named!()
};

fn check(_: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    for Unread { place, why, help } in &contents.unread {
        findings.add_with_help(&CHECK, place, why, help.unwrap_or(CHECK.help));
    }
}
