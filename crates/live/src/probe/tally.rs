//! What became of the values that an agent was given.

use registry_model::model::{Agent, Semantics};
use serde::Serialize;

/// What became of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// The agent.
    pub agent: String,
    /// How many arrived as they were given.
    pub accepted: usize,
    /// How many were refused by name, before anything was written.
    pub refused: usize,
    /// What became of the others.
    pub wrong: Vec<String>,
    /// The share of values, in percent, that at least must be accepted.
    pub floor: usize,
    /// Why nothing was tried.
    pub unproven: Option<String>,
    /// How long all of it took.
    #[serde(rename = "seconds", serialize_with = "crate::report::tenths")]
    pub milliseconds: u64,
}

impl Tally {
    pub(super) fn new(agent: &Agent<'_>) -> Self {
        let textual = agent.references.is_some_and(|it| it.semantics == Semantics::Textual);
        Self {
            agent: agent.name.to_owned(),
            accepted: 0,
            refused: 0,
            wrong: Vec::new(),
            floor: if textual { 10 } else { 30 },
            unproven: None,
            milliseconds: 0,
        }
    }

    /// Whether all is as it must be: nothing wrong, and not everything refused.
    pub fn is_good(&self) -> bool {
        let all = self.accepted + self.refused;
        self.unproven.is_none() && self.wrong.is_empty() && self.accepted * 100 >= all * self.floor
    }
}
