//! Shell text: a file of its own or a command of a manifest.

use std::rc::Rc;

use registry_model::shell::{self, Embedded};

use crate::bash;
use crate::diagnostic::DiagnosticPlace;
use crate::language::Language;
use crate::registry_facts::RegistryFacts;

/// Shell text with its place.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) file: Rc<str>,
    pub(crate) bytes: Vec<u8>,
    /// What it is written in.
    pub(crate) language: Language,
    origin: Origin,
}

/// Where the text of a script is in its file.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Origin {
    /// It is the whole file.
    File,
    /// It is a string of TOML.
    Toml(Embedded),
    /// Its lines are lines of the file: where the first one begins, and how far the others are indented.
    Lines {
        /// The line of the first one.
        line: usize,
        /// The column of its first character.
        column: usize,
        /// The columns before each of the others.
        indent: usize,
    },
    /// It is a part of one line, after a line that the file does not have.
    OneLine {
        /// That line.
        line: usize,
        /// The column of its first character.
        column: usize,
    },
    /// It is written in another way in the statement that begins at this line.
    Start(usize),
}

impl Origin {
    /// The line that it begins in.
    pub(crate) fn line(self) -> usize {
        match self {
            Self::File | Self::Toml(_) => 1,
            Self::Lines { line, .. } | Self::OneLine { line, .. } | Self::Start(line) => line,
        }
    }

    fn place(self, line: usize, column: usize) -> (usize, usize) {
        match self {
            Self::File => (line, column),
            Self::Toml(embedded) => {
                let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
                embedded.place(number(line), number(column))
            }
            Self::Lines { line: first, column: start, .. } if line == 1 => (first, start + column - 1),
            Self::Lines { line: first, indent, .. } => (first + line - 1, indent + column),
            Self::OneLine { line: first, column: start } => (first, start + column - 1),
            Self::Start(line) => (line, 1),
        }
    }
}

impl Script {
    /// A file.
    pub(crate) fn new(file: &Rc<str>, bytes: Vec<u8>) -> Self {
        let language = Language::of(file, &bytes);
        Self { file: Rc::clone(file), bytes, language, origin: Origin::File }
    }

    /// A string of another file.
    pub(crate) fn embedded(file: &Rc<str>, text: &str, language: Language, embedded: Embedded) -> Self {
        Self::within(file, text.as_bytes().to_vec(), language, Origin::Toml(embedded))
    }

    /// A part of another file.
    pub(crate) fn within(file: &Rc<str>, bytes: Vec<u8>, language: Language, origin: Origin) -> Self {
        Self { file: Rc::clone(file), bytes, language, origin }
    }

    /// Whether it is a file of its own.
    pub(crate) fn is_file(&self) -> bool {
        matches!(self.origin, Origin::File)
    }

    /// Its commands.
    pub(crate) fn commands(&self) -> Vec<shell::Command<'_>> {
        match self.language {
            Language::Posix => shell::commands(&self.bytes),
            language if language.is_read() => bash::commands(&self.bytes),
            _ => Vec::new(),
        }
    }

    /// The place of a line and a column of the script.
    pub(crate) fn place(&self, line: u32, column: u32) -> DiagnosticPlace {
        let (line, column) = self.origin.place(line as usize, (column as usize).max(1));
        DiagnosticPlace { file: Rc::clone(&self.file), line, column }
    }

    /// Its last word, with the place and the language.
    #[cfg(test)]
    pub(crate) fn last_word(&self) -> (String, usize, usize, Language) {
        let text = String::from_utf8_lossy(&self.bytes).trim_end().to_owned();
        let start = text.rfind([' ', '\n']).map_or(0, |at| at + 1);
        let place = self.place_of(start);
        (text.get(start..).unwrap_or_default().to_owned(), place.line, place.column, self.language)
    }

    /// The place of an offset in the script.
    pub(crate) fn place_of(&self, offset: usize) -> DiagnosticPlace {
        let before = self.bytes.get(..offset).unwrap_or_default();
        let line = before.split(|byte| *byte == b'\n').count() - 1;
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let column = String::from_utf8_lossy(before.get(start..).unwrap_or_default()).chars().count();
        let number = |count: usize| u32::try_from(count + 1).unwrap_or(u32::MAX);
        self.place(number(line), number(column))
    }
}

/// Whether the path of a script is that of an installer or a launcher.
pub(crate) fn installs(path: &str, facts: &RegistryFacts<'_>) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let folder = folder.rsplit('/').next().unwrap_or_default();
    let stem = name.strip_suffix(".sh").unwrap_or(name);
    let agent = |word: &str| facts.agent(word).or_else(|| facts.of_alias(word)).is_some();
    stem.contains("install") || stem.contains("setup") || agent(stem) || agent(folder)
}
