//! D001 `unread-file`: a file that counts can be read

use super::Check;
use crate::finding::Level;

/// What the check finds, and why.
pub(crate) const CHECK: Check = Check {
    code: "D001",
    name: "unread-file",
    level: Level::Warning,
    sentence: "a file that counts can be read",
    example: "a `manifest.toml` that is no TOML, a link, a FIFO, or larger than any manifest",
    help: "mend the file, or take it away",
    incidents: &[74],
};
