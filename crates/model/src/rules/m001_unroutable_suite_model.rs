//! Reports suite models that do not resolve to a model id, are not served, or whose provider is not registered.

use crate::assert::Listed;
use crate::check::{Checked, EntryDiagnostics, Rule};
use crate::model::Registry;
use crate::place::{Field, Part, Place};

pub(super) const RULE: Rule = Rule {
    sentence: "the suite's model resolves to a model id for its agent, and a provider or family serves it",
    example: r#"suite: { model: "parrot-auto" }   // for an agent of the format ModelsDev"#,
    corrected: r#"suite: { model: MAKERS / "parrot-auto", usage_tracking: on }   // with the provider MAKERS registered"#,
    help: "name a model of a registered provider or of a known family, over a protocol of the agent",
    incidents: &[65, 66, 73],
    checked: Checked::Registry,
    registry: Some(check),
    ..named!()
};

fn check(registry: &Registry<'_>, report: &mut EntryDiagnostics) {
    let (listed, providers) = (Listed::of(registry), registry.providers());
    for agent in registry.agents() {
        let Some(suite) = agent.suite else { continue };
        let place = Place::field(Field::Suite).part(Part::Model);
        let known = suite.model.provider.is_empty() || providers.iter().any(|it| it.name == suite.model.provider);
        if !known {
            report.add(agent.name, &RULE, place, format!("unknown provider `{}`", suite.model.provider), RULE.help);
        } else if let Some(text) = agent.model.refuses.iter().find(|text| suite.model.id.contains(**text)) {
            let message =
                format!("`{}` contains `{text}`, which `{}` rejects in a model id", suite.model.id, agent.name);
            report.add(agent.name, &RULE, place, message, RULE.help);
        } else if !listed.yields_model_id(agent.model.format, suite.model.id) {
            let message = format!("`{}` does not resolve to a model id for `{}`", suite.model.id, agent.name);
            report.add(agent.name, &RULE, place, message, RULE.help);
        } else if !listed.serves_suite(agent) {
            let message = format!("no provider or family serves `{}` to `{}`", suite.model.id, agent.name);
            report.add(agent.name, &RULE, place, message, RULE.help);
        }
    }
}
