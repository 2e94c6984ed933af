//! The size of an install script, which is known when it is rendered.

use crate::check::{Checked, Rule};

pub(super) const RULE: Rule = Rule {
    sentence: "an install script fits one argument of `sh -c` even after it has been quoted twice",
    example: r#"program("model.bin")   // of 200,000 bytes"#,
    corrected: r#"mirror = "https://mirror.example/agents"   # in site.toml"#,
    help: "name a mirror in the site file; the payload is then an artefact with a checksum",
    incidents: &[11],
    checked: Checked::Generation,
    ..named!()
};

/// The most bytes that a script may have after it has been quoted twice: Linux allows 131,071 for one argument.
pub const MAX_QUOTED_TWICE: usize = 131_000;
