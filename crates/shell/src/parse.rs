//! The parser: a grammar as states over an explicit stack of open constructs, so that no input can exhaust the
//! thread's stack. Each step takes one token; [`super::grammar`] defines its meaning.

use super::heredoc::HereDocument;
use super::scan::{Quote, Scan};
use super::sink::{Sink, Source};
use super::syntax_error::UnlocatedError;
use super::text::slice;
use super::token::{Token, TokenKind};

/// The maximum depth of open constructs. dash, with the usual stack of 8 MiB, accepts 20,000 and crashes at 40,000.
pub(super) const MAX_DEPTH: usize = 20_000;

/// The maximum depth of nested backquotes: each level doubles the backslashes, so real scripts have two or three.
const MAX_BACKQUOTES: usize = 24;

/// The state of the parser, which decides the meaning of the next token.
#[derive(Clone, Copy)]
pub(super) enum State {
    /// The start of a command.
    Start {
        /// Newlines may come first.
        newlines: bool,
        /// `!` may come first.
        bang: bool,
        /// The list may end instead.
        end: bool,
    },
    /// Inside a simple command; with the range of its word while it has only one.
    Simple { name: Option<(usize, usize)> },
    /// After `name(`.
    Function { name: (usize, usize) },
    /// After a compound command; reserved words count until a redirection follows.
    Compound { reserved: bool },
    /// After a redirection's operator.
    Target { here: Option<bool>, simple: bool },
    /// After `for`.
    ForName,
    /// After the name of `for`.
    ForIn,
    /// Among the words of `for`.
    ForWords,
    /// Before the `do` of `for`.
    ForDo,
    /// After `case`.
    CaseWord,
    /// Before the `in` of `case`.
    CaseIn,
    /// Before an arm of `case`, or its `esac`.
    CaseArm,
    /// After `(` or `|` among the patterns.
    CasePattern,
    /// After a pattern.
    CaseClose,
    /// After the list of a text in backquotes.
    Over,
}

impl State {
    /// The start of a list that must have at least one command.
    pub(super) const LIST: State = State::Start { newlines: true, bang: true, end: false };
    /// The start of a list that may be empty, or the place after `;`, `&` or a newline in a list.
    pub(super) const REST: State = State::Start { newlines: true, bang: true, end: true };

    pub(super) fn reads_delimiter(self) -> bool {
        matches!(self, State::Target { here: Some(_), .. })
    }
}

/// A construct not yet closed.
pub(super) struct Frame {
    pub(super) what: Open,
    /// Its opening, as an offset in the parsed text.
    pub(super) at: usize,
}

pub(super) enum Open {
    /// `$(…)`: the word around it, and the role of that word. Boxed: the rest of the stack stays small.
    Substitution(Box<Suspended>),
    Subshell,
    Group,
    Condition,
    Then,
    Else,
    Asking(&'static str),
    Loop,
    /// `for`, up to its `do`.
    For,
    /// `case`, between its arms.
    Case,
    Arm,
}

/// A word that is suspended while a `$(…)` in it is parsed.
pub(super) struct Suspended {
    pub(super) scan: Scan,
    pub(super) state: State,
    pub(super) here_base: usize,
}

/// The result of a step.
pub(super) enum Step {
    Go(State),
    /// The end of the text, or of the list in backquotes.
    Over,
}

pub(super) struct Parser<'t, S> {
    pub(super) text: &'t [u8],
    /// Offsets in the script of the bytes of `text`, when they differ.
    origin: Option<&'t [usize]>,
    /// The depth of backquotes around this text.
    pub(super) backquotes: usize,
    pub(super) pos: usize,
    pub(super) pushed: Option<Token>,
    pub(super) stack: Vec<Frame>,
    pub(super) quotes: Vec<Quote>,
    /// Pending here-documents; those before `here_base` belong to texts around a `$(`.
    pub(super) here: Vec<HereDocument>,
    pub(super) here_base: usize,
    pub(super) sink: &'t mut S,
}

impl<'t, S: Sink> Parser<'t, S> {
    pub(super) fn new(text: &'t [u8], origin: Option<&'t [usize]>, backquotes: usize, sink: &'t mut S) -> Self {
        let (stack, quotes, here) = (Vec::new(), Vec::new(), Vec::new());
        Parser { text, origin, backquotes, pos: 0, pushed: None, stack, quotes, here, here_base: 0, sink }
    }

    /// Reads the whole text.
    pub(super) fn parse(mut self) -> Result<(), UnlocatedError> {
        let mut state = State::REST;
        loop {
            let Some(token) = self.token(state)? else {
                state = State::REST;
                continue;
            };
            match self.step(state, token)? {
                Step::Go(next) => state = next,
                Step::Over => return Ok(()),
            }
        }
    }

    /// The byte at an offset of the text; `None` at its end.
    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.text.get(at).copied()
    }

    /// The offset in the script of an offset in the text.
    pub(super) fn at(&self, pos: usize) -> usize {
        match self.origin {
            None => pos,
            Some(origin) => origin.get(pos).or(origin.last()).copied().unwrap_or(pos),
        }
    }

    /// A range of the text, for the observer.
    pub(super) fn source(&self, start: usize, end: usize) -> Source<'t> {
        let text = slice(self.text, start, end);
        let last = if end > start { self.at(end - 1) + 1 } else { self.at(end) };
        Source { text, start: self.at(start), end: last, local: start, direct: self.origin.is_none() }
    }

    pub(super) fn after_splices(&self, mut at: usize) -> usize {
        while self.byte(at) == Some(b'\\') && self.byte(at + 1) == Some(b'\n') {
            at += 2;
        }
        at
    }

    /// Moves to the next byte that has one of `bits`.
    pub(super) fn skip(&mut self, bits: u8) {
        let rest = slice(self.text, self.pos, self.text.len());
        self.pos += rest.iter().position(|&byte| super::token::stops_at(byte, bits)).unwrap_or(rest.len());
    }

    pub(super) fn check_depth(&self, at: usize) -> Result<(), UnlocatedError> {
        if self.stack.len() + self.quotes.len() < MAX_DEPTH && self.backquotes < MAX_BACKQUOTES {
            return Ok(());
        }
        Err(UnlocatedError::plain(self.at(at), "constructs are nested too deeply"))
    }

    pub(super) fn push(&mut self, what: Open, at: usize) -> Result<(), UnlocatedError> {
        self.check_depth(at)?;
        self.stack.push(Frame { what, at });
        Ok(())
    }

    /// Suspends a word for the `$(` at `at`, whose commands come next.
    pub(super) fn suspend(&mut self, scan: Scan, state: State, at: usize) -> Result<(), UnlocatedError> {
        self.sink.open(scan.place(), self.at(at));
        let here_base = std::mem::replace(&mut self.here_base, self.here.len());
        self.push(Open::Substitution(Box::new(Suspended { scan, state, here_base })), at)
    }

    /// Resumes a word after the `)` of the `$(` at `at`. Here-documents still open in the substitution end with it.
    pub(super) fn resume(&mut self, suspended: &Suspended, at: usize) -> Result<State, UnlocatedError> {
        let Suspended { mut scan, state, here_base } = *suspended;
        self.sink.close();
        self.here.truncate(self.here_base);
        self.here_base = here_base;
        self.part_ended(&mut scan, at);
        let Some(here) = scan.here else {
            self.pushed = self.scan_word(scan, state)?;
            return Ok(if self.pushed.is_some() { state } else { State::REST });
        };
        let done = self.scan_body(scan, state)? && self.here_bodies(here + 1, state)?;
        if done && matches!(state, State::Over) {
            self.pushed = Some(Token { kind: TokenKind::End, start: self.pos, end: self.pos });
        }
        Ok(if done { state } else { State::REST })
    }

    /// Continues after a newline: the bodies of pending here-documents come first.
    pub(super) fn newline(&mut self, state: State) -> Result<Step, UnlocatedError> {
        if self.here.len() > self.here_base && !self.here_bodies(self.here_base, state)? {
            return Ok(Step::Go(State::REST));
        }
        Ok(Step::Go(state))
    }

    /// The list of a text in backquotes ends before `token`, and dash ignores the rest of the text. But bodies of
    /// pending here-documents are read from it, and the first `$(` in one consumes the token.
    pub(super) fn leave_backquotes(&mut self, token: Token) -> Result<Step, UnlocatedError> {
        if self.here.len() == self.here_base {
            return Ok(Step::Over);
        }
        self.pushed = Some(token);
        let done = self.here_bodies(self.here_base, State::Over)?;
        Ok(if done { Step::Over } else { Step::Go(State::REST) })
    }

    /// The bytes of a token.
    pub(super) fn token_text(&self, token: Token) -> &'t [u8] {
        if token.kind == TokenKind::End { b"" } else { slice(self.text, token.start, token.end) }
    }
}
