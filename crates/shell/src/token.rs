//! Tokens: operators, newlines and words, with backslash-newline dropped inside each of them.

use super::parse::{Parser, State};
use super::scan::Scan;
use super::sink::{Operator, Sink};
use super::syntax_error::UnlocatedError;
use super::text::{slice, without_splices};

/// A token and its range in the parsed text.
#[derive(Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) start: usize,
    pub(super) end: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    Word(Marks),
    Redirect(Operator, Option<u8>),
    Newline,
    Semicolon,
    DoubleSemicolon,
    Ampersand,
    And,
    Or,
    Pipe,
    Open,
    Close,
    End,
}

/// What a word contains besides plain characters.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// A quote or a backslash: the word is never a reserved word.
    pub(super) quoted: bool,
    /// A `$` or a backquote that expands.
    pub(super) expands: bool,
    /// A backslash-newline.
    pub(super) spliced: bool,
}

/// The words that are part of the grammar where a command may start.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reserved {
    Bang,
    If,
    Then,
    Elif,
    Else,
    Fi,
    While,
    Until,
    For,
    In,
    Do,
    Done,
    Case,
    Esac,
    OpenBrace,
    CloseBrace,
}

impl Reserved {
    fn of(text: &[u8]) -> Option<Reserved> {
        Some(match text {
            b"!" => Reserved::Bang,
            b"if" => Reserved::If,
            b"then" => Reserved::Then,
            b"elif" => Reserved::Elif,
            b"else" => Reserved::Else,
            b"fi" => Reserved::Fi,
            b"while" => Reserved::While,
            b"until" => Reserved::Until,
            b"for" => Reserved::For,
            b"in" => Reserved::In,
            b"do" => Reserved::Do,
            b"done" => Reserved::Done,
            b"case" => Reserved::Case,
            b"esac" => Reserved::Esac,
            b"{" => Reserved::OpenBrace,
            b"}" => Reserved::CloseBrace,
            _ => return None,
        })
    }
}

/// Ends an unquoted word.
pub(super) const ENDS: u8 = 1;
/// Stops the fast run through an unquoted word.
pub(super) const PLAIN: u8 = 2;
/// Stops the fast run through double quotes.
pub(super) const DOUBLE: u8 = 4;
/// Stops the fast run through a here-document.
pub(super) const HERE: u8 = 8;
/// Stops the fast run inside `${…}` and `$((…))`.
pub(super) const NESTED: u8 = 16;

/// For each byte, the runs it stops.
static STOPS: [u8; 256] = stops();

const fn mark<const N: usize>(mut table: [u8; 256], bytes: &[u8; N], bits: u8) -> [u8; 256] {
    let mut rest: &[u8] = bytes;
    while let Some((&byte, tail)) = rest.split_first() {
        if let Some(entry) = table.split_at_mut(byte as usize).1.first_mut() {
            *entry |= bits;
        }
        rest = tail;
    }
    table
}

const fn stops() -> [u8; 256] {
    let table = mark([0; 256], b" \t\n;&|<>()", ENDS | PLAIN);
    let table = mark(table, b"\\$`", PLAIN | DOUBLE | HERE | NESTED);
    let table = mark(table, b"'", PLAIN | NESTED);
    let table = mark(table, b"\"", PLAIN | DOUBLE | NESTED);
    let table = mark(table, b"\n", HERE | NESTED);
    mark(table, b"}()", NESTED)
}

/// The bits of [`ENDS`] and the like that a byte has.
pub(super) fn stops_at(byte: u8, bits: u8) -> bool {
    STOPS.get(usize::from(byte)).is_some_and(|&entry| entry & bits != 0)
}

impl<S: Sink> Parser<'_, S> {
    /// The next token; `None` when a command substitution opened inside it and must be parsed first.
    pub(super) fn token(&mut self, state: State) -> Result<Option<Token>, UnlocatedError> {
        if let Some(token) = self.pushed.take() {
            return Ok(Some(token));
        }
        self.skip_blanks();
        let start = self.pos;
        let Some(byte) = self.byte(start) else {
            return Ok(Some(Token { kind: TokenKind::End, start, end: start }));
        };
        let kind = match byte {
            b'\n' => TokenKind::Newline,
            b'(' => TokenKind::Open,
            b')' => TokenKind::Close,
            b';' if self.second(b';') => TokenKind::DoubleSemicolon,
            b';' => TokenKind::Semicolon,
            b'&' if self.second(b'&') => TokenKind::And,
            b'&' => TokenKind::Ampersand,
            b'|' if self.second(b'|') => TokenKind::Or,
            b'|' => TokenKind::Pipe,
            b'<' | b'>' => return Ok(Some(self.redirection(start, None))),
            _ => return self.word(start, state),
        };
        self.pos += 1;
        Ok(Some(Token { kind, start, end: self.pos }))
    }

    /// If the byte after the operator's first is `wanted`, moves onto it.
    fn second(&mut self, wanted: u8) -> bool {
        let at = self.after_splices(self.pos + 1);
        let found = self.byte(at) == Some(wanted);
        if found {
            self.pos = at;
        }
        found
    }

    fn skip_blanks(&mut self) {
        loop {
            match self.byte(self.pos) {
                Some(b' ' | b'\t') => self.pos += 1,
                Some(b'#') => {
                    let rest = slice(self.text, self.pos, self.text.len());
                    self.pos += rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
                }
                Some(b'\\') if self.byte(self.pos + 1) == Some(b'\n') => self.pos += 2,
                _ => return,
            }
        }
    }

    /// Reads a redirection operator; the parser is at its `<` or `>`.
    fn redirection(&mut self, start: usize, fd: Option<u8>) -> Token {
        let output = self.byte(self.pos) == Some(b'>');
        let second = self.after_splices(self.pos + 1);
        let (operator, end) = match (output, self.byte(second)) {
            (true, Some(b'>')) => (Operator::Append, second + 1),
            (true, Some(b'|')) => (Operator::Clobber, second + 1),
            (true, Some(b'&')) => (Operator::DuplicateOutput, second + 1),
            (true, _) => (Operator::Output, self.pos + 1),
            (false, Some(b'<')) => {
                let third = self.after_splices(second + 1);
                if self.byte(third) == Some(b'-') {
                    (Operator::HereStripped, third + 1)
                } else {
                    (Operator::Here, second + 1)
                }
            }
            (false, Some(b'&')) => (Operator::DuplicateInput, second + 1),
            (false, Some(b'>')) => (Operator::ReadWrite, second + 1),
            (false, _) => (Operator::Input, self.pos + 1),
        };
        self.pos = end;
        Token { kind: TokenKind::Redirect(operator, fd), start, end }
    }

    fn word(&mut self, start: usize, state: State) -> Result<Option<Token>, UnlocatedError> {
        self.skip(PLAIN);
        if self.byte(self.pos).is_none_or(|byte| stops_at(byte, ENDS)) {
            return Ok(Some(self.finish_word(start, Marks::default())));
        }
        self.scan_word(Scan::word(start, self.quotes.len(), state.reads_delimiter()), state)
    }

    /// The token of a word that ends here: a single digit before `<` or `>` is that operator's descriptor.
    pub(super) fn finish_word(&mut self, start: usize, marks: Marks) -> Token {
        let word = Token { kind: TokenKind::Word(marks), start, end: self.pos };
        if marks.quoted || marks.expands || !matches!(self.byte(self.pos), Some(b'<' | b'>')) {
            return word;
        }
        let fd = match (slice(self.text, start, self.pos), marks.spliced) {
            ([digit], _) => Some(*digit),
            (text, true) => <[u8; 1]>::try_from(without_splices(text)).ok().map(|[digit]| digit),
            _ => None,
        };
        match fd {
            Some(digit @ b'0'..=b'9') => self.redirection(start, Some(digit - b'0')),
            _ => word,
        }
    }

    /// The reserved word a token is where a command may start.
    pub(super) fn reserved(&self, token: Token) -> Option<Reserved> {
        let TokenKind::Word(marks) = token.kind else { return None };
        if marks.quoted || marks.expands {
            return None;
        }
        let text = slice(self.text, token.start, token.end);
        if marks.spliced { Reserved::of(&without_splices(text)) } else { Reserved::of(text) }
    }
}
