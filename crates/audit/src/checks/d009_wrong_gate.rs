//! Compares the gate of each agent with what its model needs, by the truth of every setting of its variables.

use crate::diagnostic::quoted;
use crate::gate::needed;
use crate::read::Contents;
use crate::read::runner::Runner;
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics};

pub(super) const CHECK: Check = Check {
    sentence: "a gate checks exactly the credentials that the agent's model needs",
    example: r#"has_creds_for() {
  case "$1" in
    some-agent) [ -n "${SOME_KEY:-}" ] ;;"#,
    help: "check the variables of the provider and of the parameters of its URL",
    incidents: &[61, 62],
    run: Some(check),
    ..named!()
};

fn check(facts: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    for runner in contents.suites.values().filter_map(|it| it.runner.as_ref()) {
        for agent in facts.suite_agents() {
            let (Some(arm), Some(needs)) = (Runner::arm(runner.gates.as_ref(), agent.name), facts.suite_needs(agent))
            else {
                continue;
            };
            match &arm.answer.value {
                Some(gate) if gate.is(&needs) => {}
                Some(gate) => {
                    let (name, needed) = (agent.name, needed(&needs));
                    let message =
                        format!("the gate of `{name}` checks {}; its model needs {needed}", quoted(&gate.to_string()));
                    findings.add_with_help(&CHECK, &arm.answer.place, message, format!("check {needed}"));
                }
                None => {
                    let message = format!("cannot parse the gate of `{}`", agent.name);
                    let help = "join tests of the form `[ -n \"${NAME:-}\" ]` with `&&` and `||`";
                    findings.add_with_help(&CHECK, &arm.answer.place, message, help);
                }
            }
        }
    }
}
