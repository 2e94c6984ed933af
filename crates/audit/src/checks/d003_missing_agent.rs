//! Finds agents missing from the list, and agents that some places of a suite name and others do not.

use crate::diagnostic::DiagnosticPlace;
use crate::read::docs::plain;
use crate::read::runner::{GATES, MODELS, Runner};
use crate::read::{Contents, Suite};
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics};

pub(super) const CHECK: Check = Check {
    sentence: "every place of a suite names every agent of the registry",
    example: r"ALL_AGENTS=(
  some-agent
)   # and eleven more are registered",
    help: "add it, or run `cargo xtask gen-suite`",
    incidents: &[73, 72],
    run: Some(check),
    ..named!()
};

fn check(facts: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    for suite in contents.suites.values() {
        for name in facts.suite_names() {
            missing_in_list(suite, name, findings);
            missing_elsewhere(suite, name, findings);
        }
    }
}

fn missing_in_list(suite: &Suite, name: &str, findings: &mut Diagnostics) {
    let Some(list) = suite.runner.as_ref().and_then(|it| it.list.as_ref()) else { return };
    if !list.value.iter().any(|it| it.value == name) {
        findings.add(&CHECK, &list.place, format!("`{name}` is missing from the list of agents"));
    }
}

/// Reported where the agent is named, since the place where it is missing may not exist.
fn missing_elsewhere(suite: &Suite, name: &str, findings: &mut Diagnostics) {
    let listed = suite.runner.as_ref().and_then(|it| it.list.as_ref());
    let named = listed.and_then(|it| it.value.iter().find(|it| it.value == name));
    let has_config = suite.configs.iter().any(|it| it.agent().value == name || it.stem() == name)
        || suite.unread.iter().any(|it| it == name);
    if !suite.configs.is_empty() && !has_config {
        // Without a list, the finding points at the folder of the configurations.
        let place = named.map(|it| it.place.clone());
        let first = suite.configs.first().map(|it| DiagnosticPlace::start(&it.file));
        if let Some(place) = place.or_else(|| first.filter(|_| listed.is_none())) {
            findings.add(&CHECK, &place, format!("missing configuration of `{name}`"));
        }
    }
    if let Some(runner) = &suite.runner
        && let Some(named) = named
    {
        let lacks = [
            (runner.models.is_some() && Runner::arm(runner.models.as_ref(), name).is_none(), MODELS),
            (runner.gates.is_some() && Runner::arm(runner.gates.as_ref(), name).is_none(), GATES),
        ];
        for (_, function) in lacks.into_iter().filter(|(lacks, _)| *lacks) {
            findings.add(&CHECK, &named.place, format!("`{function}` has no arm that matches `{name}`"));
        }
    }
    if let Some(table) = suite.docs.as_ref().and_then(|it| it.models.as_ref())
        && !table.rows.iter().any(|[agent, _]| plain(&agent.value) == name)
    {
        findings.add(&CHECK, &table.place, format!("`{name}` is missing from the table of agents"));
    }
}
