//! Dev Container features: a folder with `devcontainer-feature.json` and `install.sh`.

use std::rc::Rc;

use super::datum::{self, Table};
use crate::source::Source;

/// The file that describes a feature.
pub(crate) const FILE: &str = "devcontainer-feature.json";

/// A feature.
#[derive(Debug)]
pub(crate) struct Feature {
    pub(crate) file: Rc<str>,
    pub(crate) table: Table,
}

impl Feature {
    pub(crate) fn read(source: &Source) -> Result<Self, (String, usize)> {
        Ok(Self { file: Rc::clone(&source.file), table: datum::json(source)? })
    }

    /// The folder that it is in.
    pub(crate) fn folder(&self) -> Option<&str> {
        self.file.rsplit('/').nth(1)
    }
}
