//! Entries of the public ACP registry.

use std::rc::Rc;

use super::datum::{self, Table};
use crate::diagnostic::Located;
use crate::source::Source;

/// An entry.
#[derive(Debug)]
pub(crate) struct AcpEntry {
    pub(crate) file: Rc<str>,
    pub(crate) table: Table,
}

impl AcpEntry {
    pub(crate) fn read(source: &Source) -> Result<Self, (String, usize)> {
        Ok(Self { file: Rc::clone(&source.file), table: datum::json(source)? })
    }

    /// The packages it is distributed as, each with its ecosystem.
    pub(crate) fn packages(&self) -> Vec<(&'static str, Located<&str>)> {
        let Some(distribution) = self.table.table("distribution") else { return Vec::new() };
        let package = |(word, ecosystem)| Some((ecosystem, distribution.table(word)?.text("package")?));
        [("npx", "npm"), ("uvx", "pypi")].into_iter().filter_map(package).collect()
    }
}
