//! Reports byte-order marks and carriage returns.

use super::{Check, Diagnostics};
use crate::diagnostic::Level;
use crate::read::Contents;
use crate::registry_facts::RegistryFacts;

pub(super) const CHECK: Check = Check {
    level: Level::Warning,
    sentence: "a file has no byte-order mark, and its lines end in newlines",
    example: "an `install.sh` whose lines end in carriage returns",
    help: "write it as UTF-8 without a byte-order mark, with plain newlines",
    incidents: &[9],
    in_lint: true,
    run: Some(check),
    ..named!()
};

fn check(_: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    for (place, what) in &contents.foreign {
        findings.add(&CHECK, place, *what);
    }
}
