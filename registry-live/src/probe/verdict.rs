//! A verdict on one question, and the worst of several.

use std::fmt;

use serde::Serialize;

/// What a run says about a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", content = "detail", rename_all = "kebab-case")]
pub enum Verdict {
    /// It holds, by what arrived.
    Proved,
    /// It does not hold: what arrived instead.
    Failed(String),
    /// Nothing that arrived says so or otherwise, and why.
    Unproven(String),
}

impl Verdict {
    /// The word of tables.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Failed(_) => "failed",
            Self::Unproven(_) => "unproven",
        }
    }

    /// What was seen, or why nothing was.
    pub fn detail(&self) -> &str {
        match self {
            Self::Proved => "",
            Self::Failed(detail) | Self::Unproven(detail) => detail,
        }
    }

    /// The worst of several runs, each named; of none, that nothing was run.
    pub(crate) fn worst<'a>(runs: impl IntoIterator<Item = (&'a str, Self)>) -> Self {
        let (mut failed, mut unproven, mut any) = (Details::default(), Details::default(), false);
        for (name, verdict) in runs {
            any = true;
            match verdict {
                Self::Proved => {}
                Self::Failed(detail) => failed.add(name, detail),
                Self::Unproven(detail) => unproven.add(name, detail),
            }
        }
        match (failed.0.is_empty(), unproven.0.is_empty(), any) {
            (false, ..) => Self::Failed(failed.text()),
            (true, false, _) => Self::Unproven(unproven.text()),
            (true, true, true) => Self::Proved,
            (true, true, false) => Self::Unproven("nothing was run".to_owned()),
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

    fn text(&self) -> String {
        let one = |(detail, runs): &(String, Vec<&str>)| format!("{}: {detail}", runs.join(", "));
        self.0.iter().map(one).collect::<Vec<_>>().join("; ")
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
