//! D015 `wrong-contract`: a manifest is of a contract that the harness reads

use crate::finding::{Findings, quoted};
use crate::read::Contents;

use super::Check;
use crate::finding::Level;

/// What the check finds, and why.
pub(crate) const CHECK: Check = Check {
    code: "D015",
    name: "wrong-contract",
    level: Level::Error,
    sentence: "a manifest is of a contract that the harness reads",
    example: r#"contract_version = "2.0""#,
    help: "write `contract_version = \"1.0\"`",
    incidents: &[82],
};

/// The contract that is known here.
const CONTRACT: &str = "1.0";

/// Other versions of the contract.
pub(crate) fn check(contents: &Contents, findings: &mut Findings) {
    for manifest in &contents.manifests {
        let Some(version) = manifest.table.text("contract_version").filter(|it| it.value != CONTRACT) else { continue };
        let refused = if version.value.starts_with("1.") { "may not be known to" } else { "is refused by" };
        let message = format!("contract `{}` {refused} the harness, which reads `{CONTRACT}`", quoted(version.value));
        findings.add(&CHECK, &version.place, message);
    }
}
