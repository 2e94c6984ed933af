//! Collects the findings of the checks.

use std::cmp::Ordering;

use registry_model::rules;
use registry_model::shell;

use super::Check;
use crate::diagnostic::{Diagnostic, DiagnosticPlace, Level, one_line};
use crate::excerpt::{END_OF_LINE, UNKNOWN};
use crate::read::script::Script;

/// Diagnostics as they are made, in any order.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    found: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Findings to which others are added.
    pub(crate) fn of(found: Vec<Diagnostic>) -> Self {
        Self { found }
    }

    /// Adds a finding, with the check's own help.
    pub(crate) fn add(&mut self, check: &'static Check, place: &DiagnosticPlace, message: impl Into<String>) {
        self.add_with_help(check, place, message, check.help);
    }

    /// Adds a finding, with a more specific help.
    pub(crate) fn add_with_help(
        &mut self,
        check: &'static Check,
        place: &DiagnosticPlace,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.found.push(Diagnostic {
            file: place.file.as_ref().to_owned(),
            line: place.line,
            column: place.column,
            code: check.code,
            name: check.name,
            level: check.level,
            message: one_line(&message.into()),
            help: one_line(&help.into()),
            end_column: UNKNOWN,
            excerpt: String::new(),
        });
    }

    /// Adds what a rule over shell text found in a script.
    pub(crate) fn add_rule(&mut self, script: &Script, finding: &shell::Diagnostic) {
        let place = script.place(finding.line, finding.column);
        let end = script.place_of(finding.end);
        self.found.push(Diagnostic {
            file: place.file.as_ref().to_owned(),
            line: place.line,
            column: place.column,
            code: finding.rule,
            name: rules::find(finding.rule).map_or("", |rule| rule.name),
            level: Level::Error,
            message: one_line(&finding.message),
            help: one_line(&finding.help),
            end_column: match end.line.cmp(&place.line) {
                Ordering::Equal if end.column > place.column => end.column,
                Ordering::Greater => END_OF_LINE,
                _ => UNKNOWN,
            },
            excerpt: String::new(),
        });
    }

    /// Makes notes of the findings of some checks, by their codes.
    pub(crate) fn note(&mut self, of: impl Fn(&str) -> bool) {
        for found in self.found.iter_mut().filter(|it| of(it.code)) {
            found.level = Level::Note;
        }
    }

    /// Whether anything was found at a line.
    pub(crate) fn any_at(&self, file: &str, line: usize) -> bool {
        self.found.iter().any(|it| it.line == line && it.file == file)
    }

    /// The findings in the order of their places, without duplicates.
    pub(crate) fn finish(mut self) -> Vec<Diagnostic> {
        self.found.sort();
        self.found.dedup();
        self.found
    }
}
