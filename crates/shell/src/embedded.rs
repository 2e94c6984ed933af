//! Scripts inside other files.

use std::ops::Range;

/// A script in a string of another file: converts positions in the script to positions in the file.
#[derive(Clone, Copy, Debug)]
pub struct Embedded {
    /// Line and column of the string's first character.
    start: (usize, usize),
    /// Whether the string has the same line breaks in the file.
    by_line: bool,
    /// Whether the file contains it literally.
    verbatim: bool,
}

impl Embedded {
    /// The script of a string of TOML; `span` is the range of the string in the file's text, its quotes included.
    pub fn new(text: &str, span: Range<usize>, script: &str) -> Self {
        let raw = text.get(span.clone()).unwrap_or_default();
        let quotes = if raw.starts_with("\"\"\"") || raw.starts_with("'''") { 3 } else { 1 };
        let inner = raw.get(quotes..raw.len().saturating_sub(quotes)).unwrap_or_default();
        let skipped = if quotes == 3 && inner.starts_with("\r\n") {
            2
        } else {
            usize::from(quotes == 3 && inner.starts_with('\n'))
        };
        let inner = inner.get(skipped..).unwrap_or_default();
        let before = text.get(..span.start + quotes + skipped).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            start: (before.matches('\n').count() + 1, before.get(line_start..).unwrap_or_default().chars().count() + 1),
            by_line: inner.matches('\n').count() == script.matches('\n').count(),
            verbatim: inner.replace("\r\n", "\n") == script,
        }
    }

    /// The line and column in the file for those of the script, or the start of the string when it has escapes.
    pub fn place(&self, line: u32, column: u32) -> (usize, usize) {
        let (line, column) = (line as usize, column as usize);
        match line {
            1 if self.verbatim => (self.start.0, self.start.1 + column - 1),
            _ if self.verbatim => (self.start.0 + line - 1, column),
            _ if self.by_line => (self.start.0 + line - 1, 1),
            _ => self.start,
        }
    }
}
