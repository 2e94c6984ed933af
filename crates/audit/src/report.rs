//! The report of an audit, as JSON and as SARIF. The command formats the lines for a person.

use serde_json::{Value, json};

use crate::diagnostic::Diagnostic;
use crate::read::Read;
use crate::sarif;

/// The report of an audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What was read.
    pub read: Read,
    /// What was found, in the order of files, lines and columns.
    pub findings: Vec<Diagnostic>,
}

impl Report {
    /// The version of the form of [`Report::json`].
    pub const SCHEMA: u32 = 1;

    /// Whether there was nothing to check.
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty() && self.read == Read::default()
    }

    /// For programs; the form is documented in `docs/audit.md`.
    pub fn json(&self) -> Value {
        let Read { manifests, entries, scripts, configs, runners, documents } = self.read;
        json!({
            "schema": Self::SCHEMA,
            "read": {
                "manifests": manifests, "entries": entries, "scripts": scripts,
                "configs": configs, "runners": runners, "documents": documents,
            },
            "findings": self.findings.iter().map(Diagnostic::json).collect::<Vec<_>>(),
        })
    }

    /// SARIF 2.1.0, for code scanning; `version` is that of the program.
    pub fn sarif(&self, version: &str) -> Value {
        sarif::log(&self.findings, version)
    }
}

impl Diagnostic {
    /// For programs; the form is documented in `docs/audit.md`.
    pub fn json(&self) -> Value {
        let Self { file, line, column, code, name, level, message, help } = self;
        json!({
            "file": file, "line": line, "column": column, "rule": code, "name": name, "level": level.word(),
            "message": message, "help": help,
        })
    }
}
