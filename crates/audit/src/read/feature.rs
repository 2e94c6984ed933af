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
    /// Reads it as its tools do (`@devcontainers/cli` 0.89.0): JSON with comments and commas at the end of a list.
    pub(crate) fn read(source: &Source) -> Result<Self, (String, usize)> {
        let mut text = source.text.clone();
        // It blanks comments in place, so that every offset stays the same.
        json_strip_comments::strip(&mut text).map_err(|error| (format!("it is not JSON: {error}"), 0))?;
        let table = datum::json(&Source::new(&source.file, text))?;
        Ok(Self { file: Rc::clone(&source.file), table })
    }

    /// The folder that it is in.
    pub(crate) fn folder(&self) -> Option<&str> {
        self.file.rsplit('/').nth(1)
    }
}
