//! Finds agents without an entry whose two models differ; D007 compares the models of registered agents.

use crate::diagnostic::quoted;
use crate::read::Contents;
use crate::read::runner::Runner;
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics};

pub(super) const CHECK: Check = Check {
    sentence: "a configuration and the runner name one model",
    example: "a configuration with `model: a/b` whose runner prints `a/c`",
    help: "write the same model in both: the checker of a run compares the strings",
    incidents: &[73],
    run: Some(check),
    ..named!()
};

fn check(facts: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    for suite in contents.suites.values() {
        for config in &suite.configs {
            let (name, Some(model)) = (config.agent().value, config.table.text("model")) else { continue };
            let arm = suite.runner.as_ref().and_then(|it| Runner::arm(it.models.as_ref(), name));
            let Some(other) = arm.and_then(|it| it.answer.value.as_ref()) else { continue };
            if facts.suite_agent(name).is_none() && other != model.value {
                let message = format!(
                    "`{}` runs with `{}` here and with `{}` in the runner",
                    quoted(name),
                    quoted(model.value),
                    quoted(other)
                );
                findings.add(&CHECK, &model.place, message);
            }
        }
    }
}
