//! D017 `unknown-key`: a manifest has keys of the contract only

use super::d016_bad_value::is_key;
use crate::finding::{Findings, quoted};
use crate::read::Contents;

use super::Check;
use crate::finding::Level;

/// What the check finds, and why.
pub(crate) const CHECK: Check = Check {
    code: "D017",
    name: "unknown-key",
    level: Level::Warning,
    sentence: "a manifest has keys of the contract only",
    example: r#"install_cmds = "…""#,
    help: "take it out, or mend its spelling: the loader ignores what it does not know",
    incidents: &[57, 82],
};

/// Keys that the loader ignores.
pub(crate) fn check(contents: &Contents, findings: &mut Findings) {
    for member in contents.manifests.iter().flat_map(|it| &it.table.members) {
        if !is_key(&member.key.value) {
            findings.add(&CHECK, &member.key.place, format!("the contract has no key `{}`", quoted(&member.key.value)));
        }
    }
}
