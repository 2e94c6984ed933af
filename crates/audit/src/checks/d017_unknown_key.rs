//! Finds keys that the loader ignores.

use super::d016_bad_value::is_key;
use crate::diagnostic::{Level, quoted};
use crate::read::Contents;
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics};

pub(super) const CHECK: Check = Check {
    level: Level::Warning,
    sentence: "a manifest has keys of the contract only",
    example: r#"install_cmds = "…""#,
    help: "remove it, or correct its spelling: the loader ignores unknown keys",
    incidents: &[57, 82],
    run: Some(check),
    ..named!()
};

fn check(_: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    for member in contents.manifests.iter().flat_map(|it| &it.table.members) {
        if !is_key(&member.key.value) {
            findings.add(&CHECK, &member.key.place, format!("unknown key `{}`", quoted(&member.key.value)));
        }
    }
}
