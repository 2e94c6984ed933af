//! Finds mappings of registered agents that their entries do not have.

use registry_model::model::Agent;
use registry_model::template::Value;

use crate::diagnostic::quoted;
use crate::read::Contents;
use crate::read::datum::Member;
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics};

pub(super) const CHECK: Check = Check {
    sentence: "a manifest maps a variable to one that the agent or its launcher reads",
    example: r#"env_mapping = { BENCHFLOW_PROVIDER_BASE_URL = "OPENAI_URL" }"#,
    help: "map as the entry does (`cargo xtask show NAME`)",
    incidents: &[63],
    compares: true,
    run: Some(check),
    ..named!()
};

fn check(facts: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    for manifest in &contents.manifests {
        let Some(agent) = manifest.name().and_then(|name| facts.agent(name)) else { continue };
        let Some(table) = manifest.table.table("env_mapping") else { continue };
        for Member { key, value } in &table.members {
            let Some(target) = value.value.text().filter(|target| !fills(agent, target, &key.value)) else { continue };
            // The launcher of the manifest may read what the agent does not.
            if manifest.mentions(target) {
                continue;
            }
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
            // So may it read the canonical variable, or set the agent's from another.
            if !mapped && !manifest.mentions(from) && !manifest.mentions(to) {
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

#[cfg(test)]
mod tests {
    use crate::checks::fixture::check_manifest;

    #[track_caller]
    fn check(manifest: &str, expected: &[&str]) {
        check_manifest("D019", manifest, expected);
    }

    #[test]
    fn a_variable_is_mapped_to_what_the_agent_or_its_launcher_reads() {
        let key = r#"BENCHFLOW_PROVIDER_API_KEY = "OPENAI_API_KEY""#;
        let mapped = |url: &str| format!("env_mapping = {{ BENCHFLOW_PROVIDER_BASE_URL = \"{url}\", {key} }}\n");
        let wrong = "`alpha` does not read `MY_URL` from `BENCHFLOW_PROVIDER_BASE_URL`";
        check(&mapped("OPENAI_BASE_URL"), &[]);
        check(&mapped("MY_URL"), &[wrong]);
        check(&format!("{}launch_cmd = 'OPENAI_BASE_URL=\"$MY_URL\" alpha'", mapped("MY_URL")), &[]);
        check(&format!("{}launch_cmd = 'alpha --url \"${{MY_URL:-}}\"'", mapped("MY_URL")), &[]);
        check(&format!("{}install_cmd = '''\ncat >l <<'E'\nexport A=$MY_URL\nE\n'''", mapped("MY_URL")), &[]);
        // A part of a longer name is another variable.
        check(&format!("{}launch_cmd = 'alpha $MY_URL_2 $NOT_MY_URL'", mapped("MY_URL")), &[wrong]);
    }

    #[test]
    fn a_mapping_is_missing_unless_the_launcher_sets_the_variable() {
        let mapping = "env_mapping = { BENCHFLOW_PROVIDER_BASE_URL = \"OPENAI_BASE_URL\" }\n";
        let missing = "missing mapping: `alpha` reads `BENCHFLOW_PROVIDER_API_KEY` as `OPENAI_API_KEY`";
        check(mapping, &[missing]);
        check(&format!("{mapping}launch_cmd = 'alpha'"), &[missing]);
        check(&format!("{mapping}launch_cmd = 'OPENAI_API_KEY=$BENCHFLOW_PROVIDER_API_KEY alpha'"), &[]);
        check(&format!("{mapping}launch_cmd = 'alpha --key-from BENCHFLOW_PROVIDER_API_KEY'"), &[]);
        check("launch_cmd = 'alpha'", &[]);
    }
}
