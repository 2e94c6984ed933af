//! The table of the page on agents that says what was done on each target.

use registry_model::model::Target;

use super::facts::Facts;
use super::text::anchor;
use crate::targets::Done;

/// The table: a row an agent, a column a target.
pub(crate) fn table(all: &[Facts<'_>]) -> String {
    let heads = Target::ALL.map(|it| format!("`{}`", it.id())).join(" | ");
    let head = format!("| agent | {heads} |\n|---|{}\n", "---|".repeat(Target::ALL.len()));
    let row = |facts: &Facts<'_>| {
        let name = facts.agent.name;
        let words = facts.done.iter().map(|done| word(*done)).collect::<Vec<_>>().join(" | ");
        format!("| [`{name}`](#{}) | {words} |\n", anchor(name))
    };
    head + &all.iter().map(row).collect::<String>()
}

fn word(done: Option<Done>) -> &'static str {
    match done {
        Some(Done::Run) => "run",
        Some(Done::Fetched) => "fetched",
        None => "none",
    }
}
