//! Finds variables without a row, rows for unused variables, and rows that name the wrong agent.

use std::collections::BTreeSet;

use registry_model::model::Agent;
use registry_model::variables::is_variable_name;

use crate::diagnostic::{Level, Located, quoted};
use crate::gate::{SANDBOX_KEY, needed};
use crate::read::Contents;
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics};

pub(super) const CHECK: Check = Check {
    level: Level::Warning,
    sentence: "the table of variables has exactly the variables that the agents' models need",
    example: "| `SOME_KEY` | some-agent |",
    help: "write one row for each variable that a gate checks",
    incidents: &[61, 73],
    run: Some(check),
    ..named!()
};

fn check(facts: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    for table in contents.suites.values().filter_map(|it| it.docs.as_ref()?.variables.as_ref()) {
        let rows: Vec<(Vec<&str>, &[Located<String>; 2])> =
            table.rows.iter().map(|row| (variables(&row[0].value), row)).collect();
        for (row, [cell, agents]) in &rows {
            needless(facts, row, cell, findings);
            for agent in words(&agents.value).filter_map(|word| facts.suite_agent(word)) {
                wrong_agent(facts, agent, row, agents, findings);
            }
        }
        let mut missing = BTreeSet::new();
        for agent in facts.suite_agents() {
            for group in facts.suite_needs(agent).unwrap_or_default() {
                let told = rows.iter().any(|(row, _)| row.iter().any(|name| group.contains(name)));
                if !told && missing.insert(group.clone()) {
                    let message = format!(
                        "missing row for {} in the table of variables; `{}` needs it",
                        needed(&[group]),
                        agent.name
                    );
                    findings.add(&CHECK, &table.place, message);
                }
            }
        }
    }
}

fn needless(facts: &RegistryFacts<'_>, row: &[&str], cell: &Located<String>, findings: &mut Diagnostics) {
    let needed = |name: &str| {
        name == SANDBOX_KEY
            || facts.suite_agents().filter_map(|it| facts.suite_needs(it)).flatten().any(|group| group.contains(&name))
    };
    for name in row.iter().filter(|name| !needed(name)) {
        findings.add(
            &CHECK,
            &cell.place,
            format!("unused variable `{}`: the model of every agent runs without it", quoted(name)),
        );
    }
}

fn wrong_agent(
    facts: &RegistryFacts<'_>,
    agent: &Agent<'_>,
    row: &[&str],
    cell: &Located<String>,
    findings: &mut Diagnostics,
) {
    let Some(needs) = facts.suite_needs(agent) else { return };
    let needed_here = |name: &&str| **name == *SANDBOX_KEY || needs.iter().any(|group| group.contains(name));
    if !row.iter().any(needed_here) {
        let message = format!("the row names `{}`, whose model needs {}", agent.name, needed(&needs));
        findings.add(&CHECK, &cell.place, message);
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|char: char| !(char.is_ascii_alphanumeric() || char == '-' || char == '_'))
}

/// The words of a cell that are names of variables.
fn variables(cell: &str) -> Vec<&str> {
    words(cell).filter(|word| word.contains('_') && is_variable_name(word)).collect()
}
