//! Finds names and aliases of manifests that others have, in the tree or in the registry.

use std::collections::BTreeMap;

use crate::diagnostic::{DiagnosticPlace, quoted};
use crate::read::Contents;
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics};

pub(super) const CHECK: Check = Check {
    sentence: "a name or an alias of a manifest belongs to one agent",
    example: r#"aliases = ["other-agent"]   # of another agent"#,
    help: "choose another: the loader rejects an alias in use, and replaces an agent of the same name",
    incidents: &[72],
    run: Some(check),
    ..named!()
};

fn check(facts: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    let mut taken: BTreeMap<&str, (&str, &DiagnosticPlace)> = BTreeMap::new();
    for manifest in &contents.manifests {
        let Some(member) = manifest.table.member("name") else { continue };
        let (Some(name), place) = (member.value.value.text(), &member.value.place) else { continue };
        match taken.get(name) {
            None => drop(taken.insert(name, (name, place))),
            Some((_, first)) => {
                let message = format!("the name `{}` is already used at {}:{}", quoted(name), first.file, first.line);
                findings.add(&CHECK, place, message);
            }
        }
    }
    let mut aliases: BTreeMap<&str, &str> = BTreeMap::new();
    for manifest in &contents.manifests {
        let Some(name) = manifest.name() else { continue };
        if let Some(agent) = facts.of_alias(name).filter(|_| facts.agent(name).is_none()) {
            findings.add(&CHECK, &manifest.place(), format!("`{}` is an alias of `{}`", quoted(name), agent.name));
        }
        for alias in manifest.table.get("aliases").map(|it| it.value.texts()).unwrap_or_default() {
            let registered = facts.agent(alias.value).or_else(|| facts.of_alias(alias.value)).map(|it| it.name);
            let in_tree =
                || taken.get(alias.value).map(|(name, _)| *name).or_else(|| aliases.get(alias.value).copied());
            let other = registered.or_else(in_tree).filter(|other| *other != name);
            if let Some(other) = other {
                let message = format!(
                    "the alias `{}` of `{}` already belongs to `{}`",
                    quoted(alias.value),
                    quoted(name),
                    quoted(other)
                );
                findings.add(&CHECK, &alias.place, message);
            }
            aliases.entry(alias.value).or_insert(name);
        }
    }
}
