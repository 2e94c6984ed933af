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
mod peers;
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
#[cfg(test)]
use lint::lint_text;
pub use lint::{LintFailure, lint, lint_as};
pub use peers::{AgentList, Peers};
pub use read::Read;
pub use report::Report;
pub use sarif::log as sarif;
pub use tree::{Entry, EntryKind, Tree};

use registry_facts::RegistryFacts;

/// What an audit goes by, besides the registry.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The language that every script is read as; by default, that of its first line.
    pub language: Option<Language>,
    /// Whose agents are expected.
    pub agents: AgentList,
}

/// Checks a tree by a registry.
///
/// # Errors
///
/// When a lock of the registry cannot be read.
pub fn audit(registry: &Registry<'_>, tree: &dyn Tree) -> Result<Report, UnreadableLock> {
    audit_with(registry, tree, &Options::default())
}

/// The same, with options.
///
/// # Errors
///
/// Those of [`audit`].
pub fn audit_with(registry: &Registry<'_>, tree: &dyn Tree, options: &Options) -> Result<Report, UnreadableLock> {
    let mut facts = RegistryFacts::new(registry)?;
    let mut contents = read::read(tree, &facts);
    contents.read_as(options.language);
    facts.expect(match &options.agents {
        AgentList::Registry => None,
        AgentList::Auto => contents.own_agents(),
        AgentList::Given(peers) => Some(peers.clone()),
    });
    Ok(Report { read: contents.counts(), findings: checks::run(&facts, &contents) })
}
