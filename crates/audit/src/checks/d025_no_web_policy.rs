//! Finds manifests that never read the variable, payloads included. An agent without web tools need not read it.

use registry_model::model::WebPolicy;

use crate::diagnostic::quoted;
use crate::payload;
use crate::read::Contents;
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics};

pub(super) const CHECK: Check = Check {
    sentence: "the launcher that a manifest installs turns web tools off when a run forbids them",
    example: "a manifest whose launcher does not read BENCHFLOW_DISALLOW_WEB_TOOLS",
    help: "let the launcher turn the web tools off when BENCHFLOW_DISALLOW_WEB_TOOLS is 1, or exit with an error",
    incidents: &[60, 56, 58],
    run: Some(check),
    ..named!()
};

/// The variable by which a harness forbids the web; the contract has no key for it.
const VARIABLE: &str = "BENCHFLOW_DISALLOW_WEB_TOOLS";

fn check(facts: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    for manifest in &contents.manifests {
        let agent = manifest.name().and_then(|name| facts.agent(name));
        let toolless = agent.is_some_and(|agent| matches!(agent.web, Some(WebPolicy::NoTools(_))));
        let names = |text: &str| manifest.commands.iter().any(|it| payload::contains(&it.script.bytes, text));
        // A manifest that sets the switch of an entry for every run needs no variable.
        let honours = names(VARIABLE) || facts.web_switches.iter().copied().any(names);
        if !toolless && !honours && !manifest.is_kept_from_the_web() && manifest.has_text("install_cmd") {
            let place =
                manifest.table.member("install_cmd").map_or_else(|| manifest.place(), |it| it.key.place.clone());
            let name = manifest.name().unwrap_or("the agent");
            findings.add(
                &CHECK,
                &place,
                format!("missing web policy: the manifest does not turn the web tools of `{}` off", quoted(name)),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::fixture::check_manifest_of;

    #[test]
    fn harness_turns_the_web_of_its_own_agents_off() {
        let manifest = "install_cmd = ': a'\nlaunch_cmd = 'a'";
        check_manifest_of("somebodys-agent", "D025", manifest, &["web tools of `somebodys-agent`"]);
        check_manifest_of("antigravity", "D025", manifest, &[]);
        check_manifest_of("harvey-lab-harness", "D025", manifest, &["web tools of `harvey-lab-harness`"]);
    }
}
