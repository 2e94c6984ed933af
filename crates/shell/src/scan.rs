//! Words and here-document bodies: quotes, expansions and where they end.
//!
//! A word is read by one loop over a stack of [`Quote`]s. A `$(` inside it suspends the loop: the parser pushes the
//! [`Scan`] with its frame and resumes it after the `)`.

use super::parse::{Parser, State};
use super::sink::{Expands, ListPlace, Sink};
use super::syntax_error::UnlocatedError;
use super::text::slice;
use super::token::{DOUBLE, ENDS, HERE, Marks, NESTED, PLAIN, Token, stops_at};

/// The construct around the current bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Enclosing {
    /// Only the word itself.
    Word,
    /// A here-document whose delimiter is unquoted.
    Here,
    /// `${…}`; `plain` when the text in it follows the rules of unquoted words.
    Brace { plain: bool },
    /// `$((…))`, with the parentheses open in it.
    Arithmetic { open: usize },
}

/// One level of quoting.
#[derive(Clone, Copy)]
pub(super) struct Quote {
    pub(super) around: Enclosing,
    /// The rules of double quotes apply.
    pub(super) double: bool,
    /// A `"` was opened at this level: until it is closed, `}` is a character.
    pub(super) inner: bool,
    /// Where the level was opened, or the double quote of a word.
    pub(super) at: usize,
}

/// A word or here-document body that is partly read.
#[derive(Clone, Copy)]
pub(super) struct Scan {
    pub(super) start: usize,
    /// Length of the parser's stack of quotes when the word began.
    pub(super) base: usize,
    pub(super) current: Quote,
    pub(super) marks: Marks,
    /// The word is the delimiter of a here-document: nothing expands in it.
    pub(super) delimiter: bool,
    /// The here-document whose body this is.
    pub(super) here: Option<usize>,
    /// Where the outermost expansion began.
    pub(super) part: usize,
}

/// The end of a run of the loop.
pub(super) enum Run {
    /// The word or body is complete.
    Done,
    /// A `$(` at this offset.
    Suspended(usize),
}

impl Scan {
    pub(super) fn word(start: usize, base: usize, delimiter: bool) -> Scan {
        let current = Quote { around: Enclosing::Word, double: false, inner: false, at: start };
        Scan { start, base, current, marks: Marks::default(), delimiter, here: None, part: start }
    }

    pub(super) fn here_body(start: usize, base: usize, here: usize) -> Scan {
        let current = Quote { around: Enclosing::Here, double: true, inner: false, at: start };
        Scan { start, base, current, marks: Marks::default(), delimiter: false, here: Some(here), part: start }
    }

    /// The place of the commands of a substitution in it.
    pub(super) fn place(&self) -> ListPlace {
        if self.here.is_some() { ListPlace::HereDocument } else { ListPlace::Substitution }
    }
}

impl<S: Sink> Parser<'_, S> {
    /// Continues a word; `None` when a command substitution must be parsed first.
    pub(super) fn scan_word(&mut self, mut scan: Scan, state: State) -> Result<Option<Token>, UnlocatedError> {
        match self.scan(&mut scan)? {
            Run::Done => Ok(Some(self.finish_word(scan.start, scan.marks))),
            Run::Suspended(at) => {
                self.suspend(scan, state, at)?;
                Ok(None)
            }
        }
    }

    /// Reads until the word or body ends, or a command substitution opens.
    pub(super) fn scan(&mut self, scan: &mut Scan) -> Result<Run, UnlocatedError> {
        loop {
            self.skip(match scan.current {
                Quote { around: Enclosing::Word, double: false, .. } => PLAIN,
                Quote { around: Enclosing::Word, double: true, .. } => DOUBLE,
                Quote { around: Enclosing::Here, .. } => HERE,
                _ => NESTED,
            });
            let Some(byte) = self.byte(self.pos) else { return self.finish_scan(scan) };
            let unquoted = scan.current.around == Enclosing::Word && !scan.current.double;
            match byte {
                byte if unquoted && stops_at(byte, ENDS) => return Ok(Run::Done),
                b'\\' => self.backslash(scan),
                b'\n' => {
                    self.pos += 1;
                    if self.at_delimiter(scan.here) {
                        return self.finish_scan(scan);
                    }
                }
                b'\'' => {
                    if self.single_quote(scan)? {
                        return self.finish_scan(scan);
                    }
                }
                b'"' => self.double_quote(scan),
                b'$' if !scan.delimiter => {
                    if let Some(opened) = self.dollar(scan)? {
                        return Ok(Run::Suspended(opened));
                    }
                }
                b'`' if !scan.delimiter => self.backquote(scan)?,
                b'}' if matches!(scan.current.around, Enclosing::Brace { .. }) && !scan.current.inner => {
                    self.pos += 1;
                    self.leave(scan);
                }
                b'(' | b')' => self.parenthesis(scan),
                _ => self.pos += 1,
            }
        }
    }

    fn finish_scan(&self, scan: &Scan) -> Result<Run, UnlocatedError> {
        let opened = self.at(scan.current.at);
        match scan.current.around {
            Enclosing::Brace { .. } => Err(UnlocatedError::unclosed(opened, "`${`", " is not closed by `}`")),
            Enclosing::Arithmetic { .. } => Err(UnlocatedError::unclosed(opened, "`$((`", " is not closed by `))`")),
            Enclosing::Word if scan.current.double => Err(UnlocatedError::unclosed(opened, "`\"`", " is not closed")),
            Enclosing::Word | Enclosing::Here => Ok(Run::Done),
        }
    }

    fn backslash(&mut self, scan: &mut Scan) {
        match self.byte(self.pos + 1) {
            Some(b'\n') => scan.marks.spliced = true,
            _ => scan.marks.quoted = true,
        }
        self.pos = (self.pos + 2).min(self.text.len());
    }

    /// Reads `'…'` where it quotes; true when a here-document's delimiter line cut it short.
    fn single_quote(&mut self, scan: &mut Scan) -> Result<bool, UnlocatedError> {
        let opened = self.pos;
        self.pos += 1;
        if scan.current.double {
            return Ok(false);
        }
        scan.marks.quoted = true;
        loop {
            let rest = slice(self.text, self.pos, self.text.len());
            let stop = |&byte: &u8| byte == b'\'' || (byte == b'\n' && scan.here.is_some());
            let Some(length) = rest.iter().position(stop) else {
                return Err(UnlocatedError::unclosed(self.at(opened), "`'`", " is not closed"));
            };
            self.pos += length + 1;
            if rest.get(length) == Some(&b'\'') {
                return Ok(false);
            }
            if self.at_delimiter(scan.here) {
                return Ok(true);
            }
        }
    }

    fn double_quote(&mut self, scan: &mut Scan) {
        let quote = &mut scan.current;
        match quote.around {
            Enclosing::Word => {
                quote.double = !quote.double;
                quote.at = self.pos;
                scan.marks.quoted = true;
            }
            Enclosing::Brace { plain } => {
                quote.inner = !quote.inner;
                quote.double = !plain || quote.inner;
            }
            Enclosing::Here | Enclosing::Arithmetic { .. } => {}
        }
        self.pos += 1;
    }

    fn parenthesis(&mut self, scan: &mut Scan) {
        let opens = self.byte(self.pos) == Some(b'(');
        self.pos += 1;
        let Enclosing::Arithmetic { open } = &mut scan.current.around else { return };
        if opens {
            *open += 1;
        } else if *open > 0 {
            *open -= 1;
        } else {
            let second = self.after_splices(self.pos);
            if self.byte(second) == Some(b')') {
                self.pos = second + 1;
                let source = self.source(scan.current.at, self.pos);
                self.sink.expansion(Expands::Arithmetic, source);
                self.leave(scan);
            }
        }
    }

    /// Opens a level of quoting, which starts after the `$` at `at`.
    pub(super) fn enter(&mut self, scan: &mut Scan, around: Enclosing, at: usize) -> Result<(), UnlocatedError> {
        self.check_depth(at)?;
        if self.quotes.len() == scan.base {
            scan.part = at;
        }
        scan.marks.expands = true;
        let double = match around {
            Enclosing::Brace { plain } => !plain,
            _ => true,
        };
        self.quotes.push(scan.current);
        scan.current = Quote { around, double, inner: false, at };
        Ok(())
    }

    /// Closes the innermost level, whose last byte was just read.
    fn leave(&mut self, scan: &mut Scan) {
        if let Some(outer) = self.quotes.pop() {
            scan.current = outer;
        }
        self.part_ended(scan, scan.part);
    }

    /// Reports an expansion from `start` to here, if it is not inside another one.
    pub(super) fn part_ended(&mut self, scan: &mut Scan, start: usize) {
        scan.marks.expands = true;
        if self.quotes.len() == scan.base {
            self.sink.part(start, self.pos);
        }
    }
}
