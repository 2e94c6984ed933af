//! Finds other versions of the contract.

use crate::diagnostic::quoted;
use crate::read::Contents;
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics};

pub(super) const CHECK: Check = Check {
    sentence: "a manifest has a contract version that the harness supports",
    example: r#"contract_version = "2.0""#,
    help: "write `contract_version = \"1.0\"`",
    incidents: &[82],
    run: Some(check),
    ..named!()
};

/// The supported version of the contract.
const CONTRACT: &str = "1.0";

fn check(_: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    for manifest in &contents.manifests {
        let Some(version) = manifest.table.text("contract_version").filter(|it| it.value != CONTRACT) else { continue };
        let refused = if version.value.starts_with("1.") { "may not be supported by" } else { "is rejected by" };
        let message =
            format!("contract `{}` {refused} the harness, which supports `{CONTRACT}`", quoted(version.value));
        findings.add(&CHECK, &version.place, message);
    }
}
