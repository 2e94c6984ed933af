//! Agent manifests of BenchFlow's contract.

use std::rc::Rc;

use registry_model::shell::Embedded;
use toml::de::DeTable;

use super::datum::{self, Datum, Table};
use super::script::Script;
use crate::diagnostic::DiagnosticPlace;
use crate::language::Language;
use crate::payload;
use crate::source::Source;

/// A manifest.
#[derive(Debug)]
pub(crate) struct Manifest {
    pub(crate) file: Rc<str>,
    pub(crate) table: Table,
    /// `install_cmd` and `launch_cmd`, where they are strings.
    pub(crate) commands: Vec<Command>,
}

/// A command of a manifest.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) key: &'static str,
    pub(crate) script: Script,
}

/// The keys that hold shell text.
pub(crate) const COMMANDS: [&str; 2] = ["install_cmd", "launch_cmd"];

impl Manifest {
    pub(crate) fn read(source: &Source) -> Result<Self, (String, usize)> {
        let table = datum::toml(source)?;
        let mut commands = Vec::new();
        // The spans of the strings, quotes included, are what the datum does not keep.
        let parsed = DeTable::parse(&source.text).ok();
        for key in COMMANDS {
            let span = parsed.as_ref().and_then(|it| it.get_ref().get(key)).map(toml::Spanned::span);
            let (Some(span), Some(text)) = (span, table.get(key).and_then(|it| it.value.text())) else { continue };
            let embedded = Embedded::new(&source.text, span, text);
            // BenchFlow 0.7.11 gives an install command to `sh -c`, and a launch command to `bash -c`
            // (`benchflow/sandbox/docker.py`, `benchflow/sandbox/process/`).
            let language = if key == "launch_cmd" { Language::Bash } else { Language::Posix };
            commands.push(Command { key, script: Script::embedded(&source.file, text, language, embedded) });
        }
        Ok(Self { file: Rc::clone(&source.file), table, commands })
    }

    /// The name it gives.
    pub(crate) fn name(&self) -> Option<&str> {
        self.table.text("name").map(|it| it.value)
    }

    /// Whether BenchFlow has an agent of this name itself.
    pub(crate) fn is_of_the_harness(&self) -> bool {
        self.words_of_the_harness().next().is_some()
    }

    /// Whether BenchFlow turns the web tools of this agent off itself.
    pub(crate) fn is_kept_from_the_web(&self) -> bool {
        self.words_of_the_harness().any(|word| word == "web-off")
    }

    /// What the list of BenchFlow's agents has on the line of this one: its name, and what BenchFlow does for it.
    fn words_of_the_harness(&self) -> impl Iterator<Item = &'static str> {
        const AGENTS: &str = include_str!("../benchflow_agents.txt");
        let name = self.name().unwrap_or("#");
        let line = AGENTS.lines().find(|line| line.split(' ').next() == Some(name)).filter(|_| name != "#");
        line.into_iter().flat_map(|line| line.split(' '))
    }

    /// The place for findings about missing keys.
    pub(crate) fn place(&self) -> DiagnosticPlace {
        self.table.member("name").map_or_else(|| DiagnosticPlace::start(&self.file), |it| it.key.place.clone())
    }

    /// The command of a key.
    pub(crate) fn command(&self, key: &str) -> Option<&Script> {
        self.commands.iter().find(|it| it.key == key).map(|it| &it.script)
    }

    /// Whether a command, or a payload in it, contains a variable's name.
    pub(crate) fn mentions(&self, variable: &str) -> bool {
        self.commands.iter().any(|command| payload::contains_word(&command.script.bytes, variable))
    }

    /// Whether `env_mapping` fills a variable.
    pub(crate) fn mapped_to(&self, variable: &str) -> bool {
        let mapping = self.table.table("env_mapping");
        mapping.is_some_and(|it| it.members.iter().any(|it| it.value.value.text() == Some(variable)))
    }

    /// Whether a key holds a string that is not empty.
    pub(crate) fn has_text(&self, key: &str) -> bool {
        matches!(self.table.get(key).map(|it| &it.value), Some(Datum::Text(text)) if !text.trim().is_empty())
    }
}
