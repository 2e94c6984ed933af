//! Finds mappings of registered agents that their entries do not have.

use registry_model::model::Agent;
use registry_model::template::Value;

use crate::diagnostic::quoted;
use crate::read::Contents;
use crate::read::datum::Member;
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics};

pub(super) const CHECK: Check = Check {
    sentence: "a manifest maps a variable to one that the agent reads",
    example: r#"env_mapping = { BENCHFLOW_PROVIDER_BASE_URL = "OPENAI_URL" }"#,
    help: "map as the entry does (`cargo xtask show NAME`)",
    incidents: &[63],
    run: Some(check),
    ..named!()
};

fn check(facts: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    for manifest in &contents.manifests {
        let Some(agent) = manifest.name().and_then(|name| facts.agent(name)) else { continue };
        let Some(table) = manifest.table.table("env_mapping") else { continue };
        for Member { key, value } in &table.members {
            let Some(target) = value.value.text().filter(|target| !fills(agent, target, &key.value)) else { continue };
            let message = format!("`{}` does not read `{}` from `{}`", agent.name, quoted(target), quoted(&key.value));
            let targets: Vec<String> = agent
                .env
                .iter()
                .filter(|it| fills(agent, it.name, &key.value))
                .map(|it| format!("`{}`", it.name))
                .collect();
            let help =
                if targets.is_empty() { "remove it".to_owned() } else { format!("map it to {}", targets.join(" or ")) };
            findings.add_with_help(&CHECK, &value.place, message, help);
        }
        for (from, to) in agent.plain_mappings() {
            let mapped = table.members.iter().any(|it| it.key.value == from);
            if !mapped {
                let message = format!("missing mapping: `{}` reads `{from}` as `{to}`", agent.name);
                let place =
                    manifest.table.member("env_mapping").map_or_else(|| manifest.place(), |it| it.key.place.clone());
                findings.add(&CHECK, &place, message);
            }
        }
    }
}

/// Whether the entry sets a variable from a canonical one, under any condition.
fn fills(agent: &Agent<'_>, target: &str, canonical: &str) -> bool {
    agent.env.iter().filter(|it| it.name == target).any(|it| {
        let mut found = false;
        if let Some(value) = it.value.value() {
            value.visit(&mut |_, it| {
                found |= matches!(it, Value::Variable(name) if agent.provider_variable(name) == Some(canonical));
            });
        }
        found
    })
}
