//! The findings of an audit.

use std::rc::Rc;

/// The severity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// A run fails or is unsafe, or its results are wrong.
    Error,
    /// A reader is misled, or a later run can fail.
    Warning,
    /// A matter of taste.
    Note,
}

impl Level {
    /// Its word, which is SARIF's too.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }

    /// The levels, from the worst.
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Note];
}

/// What a check or a rule found at a place of a tree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// The file, relative to the root of the tree, with `/` between.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The code of the check or rule.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its severity.
    pub level: Level,
    /// What is wrong: one line, the culprit in backticks.
    pub message: String,
    /// How to fix it.
    pub help: String,
    /// The column after its last character, in the same line.
    pub end_column: usize,
    /// The line of the file, for people; empty where the file was not read or the line is too long.
    pub excerpt: String,
}

/// A place in a file of a tree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DiagnosticPlace {
    pub(crate) file: Rc<str>,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl DiagnosticPlace {
    /// The beginning of a file, for what is about all of it.
    pub(crate) fn start(file: &Rc<str>) -> Self {
        Self { file: Rc::clone(file), line: 1, column: 1 }
    }
}

/// A value of a tree, with its place.
#[derive(Clone, Debug)]
pub(crate) struct Located<T> {
    pub(crate) value: T,
    pub(crate) place: DiagnosticPlace,
}

impl<T> Located<T> {
    /// A part of the value, or a value derived from it, at the same place.
    pub(crate) fn as_ref<'t>(&self, value: &'t str) -> Located<&'t str> {
        Located { value, place: self.place.clone() }
    }
}

/// A text that quotes a tree, made fit for a line of a terminal.
pub(crate) fn one_line(text: &str) -> String {
    if text.chars().any(is_unsafe_to_show) { text.replace(is_unsafe_to_show, "\u{fffd}") } else { text.to_owned() }
}

/// Characters that would break a line or turn its direction.
pub(crate) fn is_unsafe_to_show(char: char) -> bool {
    let turns = matches!(char, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || char.is_control() || matches!(char, '\u{2028}' | '\u{2029}')
}

/// A part of a tree for a message: short.
pub(crate) fn quoted(text: &str) -> String {
    const SHOWN: usize = 80;
    if text.chars().count() <= SHOWN { text.to_owned() } else { text.chars().take(SHOWN).chain(['…']).collect() }
}
