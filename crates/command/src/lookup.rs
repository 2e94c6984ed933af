//! Looks up names on the command line: agents by name or alias, and suggestions for unknown names.

use registry_model::model::{Agent, Registry};
use registry_model::names;

use crate::failure::{Failure, Outcome};

/// The agent of a name or alias.
pub fn agent<'a>(registry: &Registry<'a>, name: &str) -> Outcome<&'a Agent<'a>> {
    registry.agent(name).ok_or_else(|| match (names::split_version(name), registry.agent(entry_of(name))) {
        ((_, Some(version)), Some(agent)) => no_version(agent, version),
        _ => Failure::new(format!("no such agent: `{name}`")).help(meant(name, &registry.names(), "the agents are")),
    })
}

fn entry_of(name: &str) -> &str {
    names::split_version(name).0
}

/// The entry has no such version.
fn no_version(agent: &Agent<'_>, version: &str) -> Failure {
    let others = agent.also.iter().map(|it| format!(", `{}`", it.name)).collect::<Vec<_>>().concat();
    let help = format!("there is `{}`, its newest version{others}; `also` in its entry names more", agent.name);
    Failure::new(format!("`{}` has no version {version} here", agent.name)).help(help)
}

/// The help for an unknown name: `did you mean`, or all names.
pub fn meant(word: &str, words: &[&str], all: &str) -> String {
    match names::nearest(word, words.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if words.is_empty() => "there are none".to_owned(),
        None => format!("{all} {}", words.join(", ")),
    }
}
