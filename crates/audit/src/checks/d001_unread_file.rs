//! Reports what could not be read.

use super::{Check, Findings};
use crate::finding::Level;
use crate::known::Known;
use crate::read::{Contents, Unread};

pub(super) const CHECK: Check = Check {
    level: Level::Warning,
    sentence: "a file that counts can be read",
    example: "a `manifest.toml` that is no TOML, a link, a FIFO, or larger than any manifest",
    help: "mend the file, or take it away",
    incidents: &[74],
    run: Some(check),
    ..named!()
};

fn check(_: &Known<'_>, contents: &Contents, findings: &mut Findings) {
    for Unread { place, why, help } in &contents.unread {
        findings.add_with_help(&CHECK, place, why, help.unwrap_or(CHECK.help));
    }
}
