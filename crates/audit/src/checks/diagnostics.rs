//! Collects the findings of the checks.

use registry_model::rules;
use registry_model::shell;

use super::Check;
use crate::diagnostic::{Diagnostic, DiagnosticPlace, Level, one_line};

/// Diagnostics as they are made, in any order.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    found: Vec<Diagnostic>,
}

impl Diagnostics {
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
        });
    }

    /// Adds what a rule over shell text found.
    pub(crate) fn add_rule(&mut self, place: &DiagnosticPlace, finding: &shell::Diagnostic) {
        self.found.push(Diagnostic {
            file: place.file.as_ref().to_owned(),
            line: place.line,
            column: place.column,
            code: finding.rule,
            name: rules::find(finding.rule).map_or("", |rule| rule.name),
            level: Level::Error,
            message: one_line(&finding.message),
            help: one_line(&finding.help),
        });
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
