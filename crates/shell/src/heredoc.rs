//! Here-documents: pending delimiters, and the bodies after the next newline.

use super::parse::{Parser, State};
use super::scan::{Run, Scan};
use super::sink::Sink;
use super::syntax_error::UnlocatedError;
use super::text::slice;
use super::token::{Marks, Token};

/// A here-document whose body is not read yet.
pub(super) struct HereDocument {
    /// The line that ends it, without its quotes.
    delimiter: Vec<u8>,
    /// `<<-`: tabs at the start of a line are dropped.
    stripped: bool,
    /// The delimiter was quoted: the body is literal.
    literal: bool,
}

impl HereDocument {
    pub(super) fn new(word: &[u8], marks: Marks, stripped: bool) -> HereDocument {
        HereDocument { delimiter: unquote(word), stripped, literal: marks.quoted }
    }
}

/// The delimiter of a word: quotes removed, nothing expanded.
fn unquote(word: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(word.len());
    let mut quote = None;
    let mut bytes = word.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match (quote, byte) {
            (Some(b'\''), b'\'') | (Some(b'"'), b'"') => quote = None,
            (None, b'\'' | b'"') => quote = Some(byte),
            (Some(b'\''), _) => out.push(byte),
            (_, b'\\') => match bytes.next() {
                Some(b'\n') => {}
                Some(next) => {
                    if quote.is_some() && !matches!(next, b'\\' | b'`' | b'$' | b'"') {
                        out.push(b'\\');
                    }
                    out.push(next);
                }
                None => out.push(b'\\'),
            },
            _ => out.push(byte),
        }
    }
    out
}

impl<S: Sink> Parser<'_, S> {
    /// Reads the pending bodies from number `first`; false when a substitution opened in one.
    pub(super) fn here_bodies(&mut self, first: usize, state: State) -> Result<bool, UnlocatedError> {
        for here in first..self.here.len() {
            if self.at_delimiter(Some(here)) {
                continue;
            }
            if self.here.get(here).is_some_and(|document| document.literal) {
                self.literal_body(here);
            } else if !self.scan_body(Scan::here_body(self.pos, self.quotes.len(), here), state)? {
                return Ok(false);
            }
        }
        self.here.truncate(self.here_base);
        Ok(true)
    }

    /// Continues a body; false when a substitution in it must be parsed first.
    pub(super) fn scan_body(&mut self, mut scan: Scan, state: State) -> Result<bool, UnlocatedError> {
        match self.scan(&mut scan)? {
            Run::Done => {
                self.sink.here_body();
                Ok(true)
            }
            Run::Suspended(at) => {
                self.suspend(scan, state, at)?;
                Ok(false)
            }
        }
    }

    fn literal_body(&mut self, here: usize) {
        loop {
            let rest = slice(self.text, self.pos, self.text.len());
            let Some(length) = rest.iter().position(|&byte| byte == b'\n') else {
                self.pos = self.text.len();
                return;
            };
            self.pos += length + 1;
            if self.at_delimiter(Some(here)) {
                return;
            }
        }
    }

    /// At the start of a line: if it ends the here-document, moves past it.
    pub(super) fn at_delimiter(&mut self, here: Option<usize>) -> bool {
        let Some(document) = here.and_then(|here| self.here.get(here)) else { return false };
        // Backslash-newlines before the line are removed, but not those inside it.
        let start = if document.literal { self.pos } else { self.after_splices(self.pos) };
        let mut line = slice(self.text, start, self.text.len());
        while let (true, Some((b'\t', rest))) = (document.stripped, line.split_first()) {
            line = rest;
        }
        let Some(rest) = line.strip_prefix(document.delimiter.as_slice()) else { return false };
        match rest.split_first() {
            None => self.pos = self.text.len(),
            Some((b'\n', rest)) => self.pos = self.text.len() - rest.len(),
            Some(_) => return false,
        }
        true
    }

    /// Records a here-document's delimiter; its body comes after the next newline.
    pub(super) fn push_here(&mut self, word: Token, marks: Marks, stripped: bool) {
        let document = HereDocument::new(slice(self.text, word.start, word.end), marks, stripped);
        self.here.push(document);
    }
}

#[cfg(test)]
mod tests {
    use super::unquote;

    #[test]
    fn delimiter_is_unquoted_without_expansion() {
        for (word, delimiter) in [
            (r"E", "E"),
            (r"'E F'", "E F"),
            (r#""E$x""#, "E$x"),
            (r#""\E\$""#, r"\E$"),
            (r"\E", "E"),
            ("E\\\nF", "EF"),
            ("${x}`a`", "${x}`a`"),
            ("''", ""),
        ] {
            assert_eq!(unquote(word.as_bytes()), delimiter.as_bytes(), "{word}");
        }
    }
}
