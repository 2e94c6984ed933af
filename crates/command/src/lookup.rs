//! Names as people type them: agents by name or alias, and what was meant where there is none.

use registry_model::model::{Agent, Registry};
use registry_model::names;

use crate::failure::{Failure, Outcome};

/// The agent of a name or alias.
pub fn agent<'a>(registry: &Registry<'a>, name: &str) -> Outcome<&'a Agent<'a>> {
    registry.agent(name).ok_or_else(|| {
        Failure::new(format!("no such agent: `{name}`")).help(meant(name, &registry.names(), "the agents are"))
    })
}

/// `did you mean`, or all there are.
pub fn meant(word: &str, words: &[&str], all: &str) -> String {
    match names::nearest(word, words.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if words.is_empty() => "there is none at all".to_owned(),
        None => format!("{all} {}", words.join(", ")),
    }
}
