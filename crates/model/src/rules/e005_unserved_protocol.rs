//! Reports protocols that no provider or family serves.

use crate::check::{Checked, EntryDiagnostics, Rule};
use crate::model::Registry;
use crate::place::{Field, Place};

pub(super) const RULE: Rule = Rule {
    sentence: "for every wire protocol of an agent, at least one provider or family serves it",
    example: "protocol: GoogleGenerateContent   // in a registry without a family that speaks it",
    corrected: "protocol: OpenAiCompletions   // which a provider of the registry serves",
    help: "register a provider or family that serves it",
    incidents: &[65, 66],
    checked: Checked::Registry,
    registry: Some(check),
    ..named!()
};

fn check(registry: &Registry<'_>, report: &mut EntryDiagnostics) {
    let (providers, families) = (registry.providers(), registry.families());
    for agent in registry.agents() {
        for (index, &protocol) in agent.protocols.iter().enumerate() {
            let by_provider =
                providers.iter().any(|it| it.endpoints.iter().any(|endpoint| endpoint.protocol == protocol));
            if !by_provider && !families.iter().any(|it| it.protocols.contains(&protocol)) {
                let message =
                    format!("no provider or family serves `{}`, which `{}` speaks", protocol.id(), agent.name);
                report.add(agent.name, &RULE, Place::field(Field::Protocols).item(index), message, RULE.help);
            }
        }
    }
}
