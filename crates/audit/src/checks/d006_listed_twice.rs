//! Finds the second and every later time that a place names an agent.

use std::collections::BTreeMap;

use crate::diagnostic::{DiagnosticPlace, Located, quoted};
use crate::read::Contents;
use crate::read::config::Config;
use crate::read::docs::plain;
use crate::read::runner::{Arm, GATES, MODELS};
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics};

pub(super) const CHECK: Check = Check {
    sentence: "a place names an agent once",
    example: r#"model_for_agent() {
  case "$1" in
    some-agent) echo "makers/big-1" ;;
    some-agent) echo "makers/big-2" ;;"#,
    help: "remove all but one: the first matching arm of a `case` hides the others",
    incidents: &[72, 73],
    run: Some(check),
    ..named!()
};

fn check(_: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    for suite in contents.suites.values() {
        let configs = suite.configs.iter().map(Config::agent).collect();
        twice(configs, "the configurations", findings);
        if let Some(runner) = &suite.runner {
            let list = runner.list.iter().flat_map(|it| &it.value).map(text).collect();
            twice(list, "the list of agents", findings);
            twice(patterns(runner.models.as_ref()), &format!("`{MODELS}`"), findings);
            twice(patterns(runner.gates.as_ref()), &format!("`{GATES}`"), findings);
        }
        let rows = suite.docs.iter().flat_map(|it| &it.models).flat_map(|it| &it.rows);
        twice(
            rows.map(|[agent, _]| Located { value: plain(&agent.value), ..text(agent) }).collect(),
            "the table",
            findings,
        );
    }
}

fn patterns<T>(arms: Option<&Located<Vec<Arm<T>>>>) -> Vec<Located<&str>> {
    arms.into_iter().flat_map(|it| &it.value).flat_map(|it| &it.patterns).map(text).collect()
}

fn text(at: &Located<String>) -> Located<&str> {
    Located { value: &at.value, place: at.place.clone() }
}

fn twice(names: Vec<Located<&str>>, place: &str, findings: &mut Diagnostics) {
    let mut seen = BTreeMap::new();
    for name in names {
        match seen.get(name.value) {
            None => drop(seen.insert(name.value, name.place)),
            Some(DiagnosticPlace { file, line, .. }) => {
                let message = format!("duplicate `{}` in {place}, first at {file}:{line}", quoted(name.value));
                findings.add(&CHECK, &name.place, message);
            }
        }
    }
}
