//! Finds manifests that hand an agent the key of a gateway without its address, or the address without the key.

use crate::read::Contents;
use crate::read::manifest::Manifest;
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics};

pub(super) const CHECK: Check = Check {
    sentence: "a manifest hands over the base URL and the key of a provider, or neither",
    example: r#"env_mapping = { BENCHFLOW_PROVIDER_API_KEY = "OPENAI_API_KEY" }"#,
    help: "map the other one too, or let the launcher read it",
    incidents: &[63],
    run: Some(check),
    ..named!()
};

const URL: &str = "BENCHFLOW_PROVIDER_BASE_URL";
const KEY: &str = "BENCHFLOW_PROVIDER_API_KEY";

fn check(facts: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    for manifest in &contents.manifests {
        // What a registered agent reads, its entry says: D019 compares it.
        if manifest.name().is_some_and(|name| facts.agent(name).is_some()) {
            continue;
        }
        let Some(member) = manifest.table.member("env_mapping") else { continue };
        let message = match (reaches(manifest, URL), reaches(manifest, KEY)) {
            (true, false) => "the agent gets the base URL of a gateway without its key",
            (false, true) => "the agent gets the key of a gateway without its base URL, and sends it to its own vendor",
            _ => continue,
        };
        findings.add(&CHECK, &member.key.place, message);
    }
}

/// Whether a canonical variable is mapped, or read by a command.
fn reaches(manifest: &Manifest, variable: &str) -> bool {
    let mapping = manifest.table.table("env_mapping");
    mapping.is_some_and(|it| it.member(variable).is_some()) || manifest.mentions(variable)
}

#[cfg(test)]
mod tests {
    use crate::checks::fixture::check_manifest_of;

    #[track_caller]
    fn check(manifest: &str, expected: &[&str]) {
        check_manifest_of("other", "D031", manifest, expected);
    }

    #[test]
    fn a_key_and_its_base_url_are_handed_over_together() {
        let no_url = "the agent gets the key of a gateway without its base URL";
        let no_key = "the agent gets the base URL of a gateway without its key";
        let key = "BENCHFLOW_PROVIDER_API_KEY = 'K'";
        let url = "BENCHFLOW_PROVIDER_BASE_URL = 'U'";
        check(&format!("env_mapping = {{ {key}, {url} }}"), &[]);
        check(&format!("env_mapping = {{ {key} }}"), &[no_url]);
        check(&format!("env_mapping = {{ {url} }}"), &[no_key]);
        check(&format!("env_mapping = {{ {url} }}\nlaunch_cmd = 'K=$BENCHFLOW_PROVIDER_API_KEY x'"), &[]);
        let install = "install_cmd = '''\ncat >l <<E\n$BENCHFLOW_PROVIDER_BASE_URL\nE\n'''";
        check(&format!("env_mapping = {{ {key} }}\n{install}"), &[]);
        check("env_mapping = { BENCHFLOW_PROVIDER_MODEL = 'M' }", &[]);
        check("launch_cmd = 'x'", &[]);
    }
}
