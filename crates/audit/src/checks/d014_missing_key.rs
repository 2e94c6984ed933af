//! Finds missing and empty keys.

use crate::read::Contents;
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics};

pub(super) const CHECK: Check = Check {
    sentence: "a manifest has the keys that the contract requires",
    example: "a `manifest.toml` without `launch_cmd`",
    help: "write `contract_version`, `name`, `install_cmd` and `launch_cmd`",
    incidents: &[72, 82],
    run: Some(check),
    ..named!()
};

/// The keys that the contract requires.
const REQUIRED: [&str; 4] = ["contract_version", "name", "install_cmd", "launch_cmd"];

fn check(_: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    for manifest in &contents.manifests {
        for key in REQUIRED {
            match manifest.table.member(key) {
                None => findings.add(&CHECK, &manifest.place(), format!("the manifest has no `{key}`")),
                // D016 reports a value of another type.
                Some(member) if member.value.value.text().is_some() && !manifest.has_text(key) => {
                    findings.add(&CHECK, &member.key.place, format!("`{key}` is empty"));
                }
                Some(_) => {}
            }
        }
    }
}
