//! Checks the source tree of another project by a registry and its rules: missing, stale and contradictory facts.
//!
//! [`audit`] reads a tree through a small interface ([`Tree`]) and does no other I/O. Nothing of the tree is run, no
//! link in it is followed, and no file can stop an audit: an unreadable file is a finding (D001).
//!
//! ```
//! let tree = registry_audit::Disk::open(std::path::Path::new("src"))?;
//! let report = registry_audit::audit(&registry_model::model::Registry::EMPTY, &tree)?;
//! // It contains no copies of registry facts.
//! assert!(report.is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod allow;
pub mod baseline;
mod bash;
pub mod checks;
#[cfg(test)]
mod corpus;
mod diagnostic;
mod disk;
mod excerpt;
mod gate;
mod github;
mod human;
mod language;
mod lint;
mod payload;
mod pins;
mod read;
mod registry_facts;
mod report;
mod sarif;
mod source;
mod tree;

use registry_model::model::{Registry, UnreadableLock};

pub use diagnostic::{Diagnostic, Level};
pub use disk::Disk;
pub use github::github;
pub use human::human;
pub use language::Language;
pub use lint::{LintFailure, lint, lint_as};
pub use read::Read;
pub use report::Report;
pub use sarif::log as sarif;
pub use tree::{Entry, EntryKind, Tree};

use registry_facts::RegistryFacts;

/// Checks a tree by a registry.
pub fn audit(registry: &Registry<'_>, tree: &dyn Tree) -> Result<Report, UnreadableLock> {
    audit_as(registry, tree, None)
}

/// The same, with every script read as one language.
pub fn audit_as(
    registry: &Registry<'_>,
    tree: &dyn Tree,
    language: Option<Language>,
) -> Result<Report, UnreadableLock> {
    let facts = RegistryFacts::new(registry)?;
    let mut contents = read::read(tree, &facts);
    contents.read_as(language);
    Ok(Report { read: contents.counts(), findings: checks::run(&facts, &contents) })
}
