//! I007 `oversized-script`: an install script fits one argument of `sh -c` even after it has been quoted twice

use super::{Checked, Rule};

/// What the rule refuses, and why.
pub(crate) const RULE: Rule = Rule {
    code: "I007",
    name: "oversized-script",
    sentence: "an install script fits one argument of `sh -c` even after it has been quoted twice",
    example: r#"program("model.bin")   // of 200,000 bytes"#,
    corrected: r#"mirror = "https://mirror.example/agents"   # in site.toml"#,
    help: "name a mirror in the site file, which then carries the payload as a checksummed artefact",
    incidents: &[11],
    checked: Checked::Generation,
    allowable: false,
    absence: false,
};

/// The most bytes that a script may have after it has been quoted twice: Linux allows 131,071 for one argument.
pub const MAX_QUOTED_TWICE: usize = 131_000;
