//! The report of an audit, and its form for programs.

use serde_json::{Value, json};

use crate::diagnostic::Diagnostic;
use crate::read::Read;

/// The report of an audit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What was read.
    pub read: Read,
    /// What was found, in the order of files, lines and columns.
    pub findings: Vec<Diagnostic>,
}

impl Report {
    /// The version of the form of [`Report::json`].
    pub const SCHEMA: u32 = 1;

    /// Adds the report of another file.
    pub fn add(&mut self, other: Self) {
        self.read.add(other.read);
        self.findings.extend(other.findings);
    }

    /// Whether there was nothing to check.
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty() && self.read == Read::default()
    }

    /// For programs; the form is documented in `docs/audit.md`.
    pub fn json(&self) -> Value {
        let Read { manifests, entries, scripts, dockerfiles, workflows, features, configs, runners, documents } =
            self.read;
        json!({
            "schema": Self::SCHEMA,
            "read": {
                "manifests": manifests, "entries": entries, "scripts": scripts,
                "dockerfiles": dockerfiles, "workflows": workflows, "features": features, "configs": configs, "runners": runners, "documents": documents,
            },
            "findings": self.findings.iter().map(Diagnostic::json).collect::<Vec<_>>(),
        })
    }
}

impl Diagnostic {
    /// For programs; the form is documented in `docs/audit.md`.
    pub fn json(&self) -> Value {
        let Self { file, line, column, code, name, level, message, help, end_column, excerpt: _ } = self;
        json!({
            "file": file, "line": line, "column": column, "end_column": end_column, "rule": code, "name": name,
            "level": level.word(), "message": message, "help": help,
        })
    }
}
