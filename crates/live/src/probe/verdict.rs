//! A verdict on one question, and the worst of several.

use std::fmt;

use registry_model::model::Outcome;
use serde::{Deserialize, Serialize};

/// What a run says about a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", content = "detail", rename_all = "kebab-case")]
pub enum Verdict {
    /// It holds, by what arrived.
    Proved,
    /// It does not hold: what arrived instead.
    Failed(String),
    /// Nothing that arrived says so or otherwise, and why.
    Unproven(String),
    /// The machine or the probe itself failed, and how: this says nothing about the agent, and is never evidence.
    Error(String),
}

impl Verdict {
    /// The word of tables.
    pub const fn word(&self) -> &'static str {
        let outcome = match self {
            Self::Proved => Outcome::Proved,
            Self::Failed(_) => Outcome::Failed,
            Self::Unproven(_) => Outcome::Unproven,
            Self::Error(_) => Outcome::Error,
        };
        outcome.word()
    }

    /// What was seen, or why nothing was.
    pub fn detail(&self) -> &str {
        match self {
            Self::Proved => "",
            Self::Failed(detail) | Self::Unproven(detail) | Self::Error(detail) => detail,
        }
    }

    /// The worst of several runs, each named; of none, that nothing was run.
    pub(crate) fn worst<'a>(runs: impl IntoIterator<Item = (&'a str, Self)>) -> Self {
        let (mut failed, mut error, mut unproven) = (Details::default(), Details::default(), Details::default());
        let mut any = false;
        for (name, verdict) in runs {
            any = true;
            match verdict {
                Self::Proved => {}
                Self::Failed(detail) => failed.add(name, detail),
                Self::Unproven(detail) => unproven.add(name, detail),
                Self::Error(detail) => error.add(name, detail),
            }
        }
        match (failed.text(), error.text(), unproven.text()) {
            // mutant: a failure is outweighed
            (Some(text), ..) => Self::Failed(text),
            // mutant: an error is an open question
            (None, Some(text), _) => Self::Error(text),
            (None, None, Some(text)) => Self::Unproven(text),
            (None, None, None) if any => Self::Proved,
            (None, None, None) => Self::Unproven("nothing was run".to_owned()),
        }
    }
}

/// Details, each with the runs that have it.
#[derive(Default)]
struct Details<'a>(Vec<(String, Vec<&'a str>)>);

impl<'a> Details<'a> {
    fn add(&mut self, run: &'a str, detail: String) {
        match self.0.iter_mut().find(|(it, _)| *it == detail) {
            Some((_, runs)) => runs.push(run),
            None => self.0.push((detail, vec![run])),
        }
    }

    /// All of them in a line; none where there are none.
    fn text(&self) -> Option<String> {
        let one = |(detail, runs): &(String, Vec<&str>)| format!("{}: {detail}", runs.join(", "));
        let all = self.0.iter().map(one).collect::<Vec<_>>().join("; ");
        (!all.is_empty()).then_some(all)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
