//! `$` and backquotes: parameters, the head of `${`, arithmetic and command substitutions.

use super::parse::Parser;
use super::scan::{Enclosing, Scan};
use super::sink::{Expands, Sink};
use super::syntax_error::UnlocatedError;
use super::text::{Derived, in_name, starts_name};

/// Parameters of one character that is not a digit.
fn is_special(byte: u8) -> bool {
    matches!(byte, b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!')
}

impl<S: Sink> Parser<'_, S> {
    /// Reads a `$` and its expansion; returns the offset of the `$` when a `$(` opened.
    pub(super) fn dollar(&mut self, scan: &mut Scan) -> Result<Option<usize>, UnlocatedError> {
        let start = self.pos;
        let next = self.after_splices(start + 1);
        match self.byte(next) {
            Some(b'(') => {
                let second = self.after_splices(next + 1);
                if self.byte(second) == Some(b'(') {
                    self.enter(scan, Enclosing::Arithmetic { open: 0 }, start)?;
                    self.pos = second + 1;
                } else {
                    self.pos = next + 1;
                    return Ok(Some(start));
                }
            }
            Some(b'{') => self.brace(scan, start, next + 1)?,
            Some(byte) if starts_name(byte) => {
                self.pos = self.run(next, in_name);
                self.parameter(scan, start);
            }
            Some(byte) if byte.is_ascii_digit() || is_special(byte) => {
                self.pos = next + 1;
                self.parameter(scan, start);
            }
            follower => {
                self.pos += 1;
                // Inside double quotes a `"` after the `$` only ends them.
                let literal = match follower {
                    Some(b'\'' | b'"') => !scan.current.double,
                    byte => byte == Some(b'['),
                };
                if literal {
                    let source = self.source(start, self.text.len());
                    self.sink.expansion(Expands::Dollar, source);
                }
            }
        }
        Ok(None)
    }

    fn parameter(&mut self, scan: &mut Scan, start: usize) {
        let source = self.source(start, self.pos);
        self.sink.expansion(Expands::Parameter, source);
        self.part_ended(scan, start);
    }

    /// Reads the head of a `${`: the parameter, and the part of the operator that decides how the rest is read.
    fn brace(&mut self, scan: &mut Scan, start: usize, after: usize) -> Result<(), UnlocatedError> {
        let name = self.after_splices(after);
        let head = self.brace_head(name);
        let source = self.source(start, self.text.len());
        let operator = head.operator.saturating_sub(start);
        self.sink.expansion(Expands::Braced { name: head.name.saturating_sub(start), operator }, source);
        let plain = head.trims || !scan.current.double;
        self.enter(scan, Enclosing::Brace { plain }, start)?;
        self.pos = head.end.min(self.text.len());
        Ok(())
    }

    /// Finds the ends of the parts of a `${` head. A `}` closes it only if the last byte of the head is not `}`.
    fn brace_head(&self, name: usize) -> Head {
        match self.byte(name) {
            Some(byte) if starts_name(byte) => self.operator(name, self.run(name, in_name)),
            Some(byte) if byte.is_ascii_digit() => self.operator(name, self.run(name, |byte| byte.is_ascii_digit())),
            Some(b'#') => self.length_head(name),
            Some(b'}') | None => Head { name, operator: name, end: name, trims: false },
            Some(byte) if is_special(byte) => self.operator(name, name + 1),
            // Not a parameter: dash reads the byte as one, and the rest without an operator.
            Some(_) => Head { name, operator: name, end: name + 1, trims: false },
        }
    }

    /// `${#` in its forms: a length, or the parameter `#` with an operator.
    fn length_head(&self, hash: usize) -> Head {
        let name = self.after_splices(hash + 1);
        let plain_end = |end| Head { name, operator: end, end, trims: false };
        match self.byte(name) {
            Some(byte) if starts_name(byte) => plain_end(self.run(name, in_name)),
            Some(byte) if byte.is_ascii_digit() => plain_end(self.run(name, |byte| byte.is_ascii_digit())),
            Some(b'}') | None => self.operator(hash, name),
            Some(_) => {
                let next = self.after_splices(name + 1);
                if self.byte(next) == Some(b'}') { plain_end(next) } else { self.operator(hash, name) }
            }
        }
    }

    fn operator(&self, name: usize, end_of_name: usize) -> Head {
        let operator = self.after_splices(end_of_name);
        let (end, trims) = match self.byte(operator) {
            Some(b'}') | None => (operator, false),
            Some(byte @ (b'%' | b'#')) => {
                let second = self.after_splices(operator + 1);
                (if self.byte(second) == Some(byte) { second + 1 } else { operator + 1 }, true)
            }
            // The byte after the colon is the operator, even `}`.
            Some(b':') => (self.after_splices(operator + 1) + 1, false),
            Some(_) => (operator + 1, false),
        };
        Head { name, operator, end, trims }
    }

    /// The end of the run of bytes from `from` that satisfy `belongs`, skipping backslash-newlines.
    fn run(&self, from: usize, belongs: impl Fn(u8) -> bool) -> usize {
        let mut end = from;
        loop {
            while self.byte(end).is_some_and(&belongs) {
                end += 1;
            }
            let next = self.after_splices(end);
            if next == end || !self.byte(next).is_some_and(&belongs) {
                return end;
            }
            end = next;
        }
    }

    /// Reads `` `…` ``: its unescaped text is parsed as a separate input.
    pub(super) fn backquote(&mut self, scan: &mut Scan) -> Result<(), UnlocatedError> {
        let start = self.pos;
        self.check_depth(start)?;
        let inner = self.unescape_backquotes(scan.current.double)?;
        self.sink.open(scan.place(), self.at(start));
        Parser::new(&inner.bytes, Some(&inner.origin), self.backquotes + 1, self.sink).parse()?;
        self.sink.close();
        self.part_ended(scan, start);
        Ok(())
    }

    fn unescape_backquotes(&mut self, double: bool) -> Result<Derived, UnlocatedError> {
        let opened = self.pos;
        self.pos += 1;
        let mut inner = Derived { bytes: Vec::new(), origin: Vec::new() };
        loop {
            let at = self.after_splices(self.pos);
            let (byte, taken) = match (self.byte(at), self.byte(at + 1)) {
                (None, _) => {
                    return Err(UnlocatedError::unclosed(self.at(opened), "backquote", " is not closed"));
                }
                (Some(b'`'), _) => {
                    inner.origin.push(self.at(at));
                    self.pos = at + 1;
                    return Ok(inner);
                }
                (Some(b'\\'), Some(byte @ (b'\\' | b'`' | b'$'))) => (byte, 2),
                (Some(b'\\'), Some(b'"')) if double => (b'"', 2),
                (Some(b'\\'), Some(byte)) => {
                    inner.bytes.push(b'\\');
                    inner.origin.push(self.at(at));
                    (byte, 2)
                }
                (Some(byte), _) => (byte, 1),
            };
            inner.bytes.push(byte);
            inner.origin.push(self.at(at + taken - 1));
            self.pos = at + taken;
        }
    }
}

/// The head of a `${`.
struct Head {
    name: usize,
    /// End of the name: the offset of the operator.
    operator: usize,
    /// Where the text after the operator starts.
    end: usize,
    /// The operator is `%` or `#`, whose pattern follows the rules of unquoted words even inside double quotes.
    trims: bool,
}
