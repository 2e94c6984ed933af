//! D002 `foreign-bytes`: a file begins with its text and its lines end in newlines

use super::Check;
use crate::finding::Level;

/// What the check finds, and why.
pub(crate) const CHECK: Check = Check {
    code: "D002",
    name: "foreign-bytes",
    level: Level::Warning,
    sentence: "a file begins with its text and its lines end in newlines",
    example: "an `install.sh` whose lines end in carriage returns",
    help: "write it as UTF-8 without a mark, with plain newlines",
    incidents: &[9],
};
