//! Finds models of configurations, of the runner and of the page that are not the entry's.

use registry_model::model::Agent;

use crate::diagnostic::{DiagnosticPlace, quoted};
use crate::read::Contents;
use crate::read::docs::plain;
use crate::read::runner::Runner;
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics};

pub(super) const CHECK: Check = Check {
    sentence: "a suite runs an agent with the model of its entry",
    example: "model: some-agent/auto   # the entry has makers/big-1",
    help: "write the model exactly as in the entry: results are compared by this string",
    incidents: &[65, 73],
    run: Some(check),
    ..named!()
};

fn check(facts: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    for suite in contents.suites.values() {
        for config in &suite.configs {
            match (config.table.text("model"), facts.suite_agent(config.agent().value)) {
                (Some(model), Some(agent)) => compare(facts, agent, model.value, &model.place, findings),
                (None, _) => {
                    findings.add(&CHECK, &DiagnosticPlace::start(&config.file), "the configuration has no `model`");
                }
                (Some(_), None) => {}
            }
        }
        for agent in facts.suite_agents() {
            let arm = suite.runner.as_ref().and_then(|it| Runner::arm(it.models.as_ref(), agent.name));
            match arm.map(|it| (&it.answer.value, &it.answer.place)) {
                Some((Some(model), place)) => compare(facts, agent, model, place, findings),
                Some((None, place)) => {
                    findings.add(
                        &CHECK,
                        place,
                        format!("cannot parse the model that the arm for `{}` prints", agent.name),
                    );
                }
                None => {}
            }
        }
        for [name, model] in suite.docs.iter().flat_map(|it| &it.models).flat_map(|it| &it.rows) {
            if let Some(agent) = facts.suite_agent(plain(&name.value)) {
                compare(facts, agent, plain(&model.value), &model.place, findings);
            }
        }
    }
}

fn compare(
    facts: &RegistryFacts<'_>,
    agent: &Agent<'_>,
    model: &str,
    place: &DiagnosticPlace,
    findings: &mut Diagnostics,
) {
    let Some(expected) = RegistryFacts::model(agent).filter(|expected| expected != model) else { return };
    let message = match model.split_once('/') {
        Some((prefix, _)) if facts.router.provider(model).0.is_none() => {
            format!(
                "`{}` runs with `{}`, and the provider `{}` is not registered",
                agent.name,
                quoted(model),
                quoted(prefix)
            )
        }
        _ => format!("`{}` runs with `{}`, and its entry has `{expected}`", agent.name, quoted(model)),
    };
    findings.add_with_help(&CHECK, place, message, format!("write `{expected}`"));
}
