//! What the rules over shell text report.

use std::collections::BTreeSet;
use std::ops::Range;

use super::text::Lines;

/// A problem that a rule reports in a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule's code, as `S002`.
    pub rule: &'static str,
    /// Byte offset of its start.
    pub offset: usize,
    /// Byte offset of its end.
    pub end: usize,
    /// Line of `offset`, from 1.
    pub line: u32,
    /// Column of `offset` in characters, from 1.
    pub column: u32,
    /// What is wrong: one line, with the text that is wrong in backticks.
    pub message: String,
    /// How to fix it.
    pub help: String,
}

/// Collects the findings of one script, in any order.
pub(super) struct Diagnostics<'a> {
    script: &'a [u8],
    found: Vec<Diagnostic>,
}

impl<'a> Diagnostics<'a> {
    pub(super) fn new(script: &'a [u8]) -> Self {
        Diagnostics { script, found: Vec::new() }
    }

    pub(super) fn add(
        &mut self,
        rule: &'static str,
        range: &Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let offset = range.start.min(self.script.len());
        let end = range.end.clamp(offset, self.script.len());
        let (message, help) = (message.into(), help.into());
        self.found.push(Diagnostic { rule, offset, end, line: 0, column: 0, message, help });
    }

    /// Adds the findings of another reading of the script, at places where there is none of the same rule.
    pub(super) fn merge(&mut self, other: Diagnostics<'_>) {
        let places: BTreeSet<(&str, usize)> = self.found.iter().map(|it| (it.rule, it.offset)).collect();
        let new: Vec<Diagnostic> =
            other.found.into_iter().filter(|it| !places.contains(&(it.rule, it.offset))).collect();
        self.found.extend(new);
    }

    /// How many findings there are.
    pub(super) fn len(&self) -> usize {
        self.found.len()
    }

    /// Keeps only the first so many findings.
    pub(super) fn truncate(&mut self, length: usize) {
        self.found.truncate(length);
    }

    /// The findings in source order, with their lines, without duplicates.
    pub(super) fn finish(mut self) -> Vec<Diagnostic> {
        self.found.sort_by(|a, b| (a.offset, a.rule, a.end, &a.message).cmp(&(b.offset, b.rule, b.end, &b.message)));
        self.found.dedup();
        let mut lines = Lines::new(self.script);
        for finding in &mut self.found {
            (finding.line, finding.column) = lines.position(finding.offset);
        }
        self.found
    }
}
