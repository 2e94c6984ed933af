//! E005 `unserved-protocol`: some provider or family serves every wire protocol that an agent speaks

use crate::check::{Field, Place};
use crate::model::Registry;

use super::{Checked, Findings, Rule};

/// What the rule refuses, and why.
pub(crate) const RULE: Rule = Rule {
    code: "E005",
    name: "unserved-protocol",
    sentence: "some provider or family serves every wire protocol that an agent speaks",
    example: "protocol: GoogleGenerateContent   // in a registry without a family that speaks it",
    corrected: "protocol: OpenAiCompletions   // which a provider of the registry serves",
    help: "register a provider or family that serves it",
    incidents: &[65, 66],
    checked: Checked::Registry,
    allowable: false,
    absence: false,
};

/// Reports protocols that nobody serves.
pub(crate) fn check(registry: &Registry<'_>, report: &mut Findings) {
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
