//! The integration suite's configuration of one agent.

use std::rc::Rc;

use super::datum::{self, Table};
use crate::diagnostic::{DiagnosticPlace, Located};
use crate::source::Source;

/// A configuration.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) file: Rc<str>,
    pub(crate) table: Table,
    /// The text of the line of `usage_tracking`, quotes and all: without quotes, `off` is a boolean to some readers.
    pub(crate) tracking: Option<Located<String>>,
}

impl Config {
    pub(crate) fn read(source: &Source) -> Result<Self, (String, usize)> {
        let table = datum::yaml(source)?;
        let written = |(_, line): (usize, &str)| line.strip_prefix("usage_tracking:").map(|it| it.trim().to_owned());
        let tracking = table.get("usage_tracking").and_then(|value| {
            let value_at = value.place.clone();
            source.lines().find_map(written).map(|value| Located { value, place: value_at })
        });
        Ok(Self { file: Rc::clone(&source.file), table, tracking })
    }

    /// The agent that its file is named after.
    pub(crate) fn stem(&self) -> &str {
        stem(&self.file)
    }

    /// The agent in `agent`, or else the one in its file name.
    pub(crate) fn agent(&self) -> Located<&str> {
        self.table.text("agent").unwrap_or(Located { value: self.stem(), place: DiagnosticPlace::start(&self.file) })
    }
}

/// The name of a file without its extension.
pub(crate) fn stem(file: &str) -> &str {
    let name = file.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}
