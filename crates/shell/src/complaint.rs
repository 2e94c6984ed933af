//! The messages of syntax errors.

use super::parse::{Frame, Open, Parser};
use super::sink::{Operator, Sink};
use super::syntax_error::UnlocatedError;
use super::text::{quote, slice};
use super::token::{Reserved, Token, TokenKind};

impl<S: Sink> Parser<'_, S> {
    /// The name of a token in messages.
    fn shown(&self, token: Token) -> String {
        match token.kind {
            TokenKind::End if self.backquotes > 0 => "the closing backquote".to_owned(),
            TokenKind::End => "the end of the script".to_owned(),
            TokenKind::Newline => "a newline".to_owned(),
            _ => format!("`{}`", quote(self.token_text(token))),
        }
    }

    /// A token where another one is expected.
    pub(super) fn unexpected(&self, token: Token, wanted: &str) -> UnlocatedError {
        if let (TokenKind::End, Some(frame)) = (token.kind, self.stack.last()) {
            return self.never_closed(frame);
        }
        let before = slice(self.text, 0, token.start);
        let message = match (token.kind, before.last()) {
            (TokenKind::Open, Some(b'<' | b'>')) => {
                "`(` after `<` or `>` starts a process substitution, which POSIX shell does not have".to_owned()
            }
            (TokenKind::Redirect(Operator::Input, None), Some(b'<')) => {
                "`<<<` starts a here-string, which POSIX shell does not have".to_owned()
            }
            (TokenKind::Open, _) if before.ends_with(b"for ") => {
                "`for ((` starts an arithmetic loop, which POSIX shell does not have".to_owned()
            }
            _ => format!("expected {wanted}, found {}", self.shown(token)),
        };
        UnlocatedError::plain(self.at(token.start), message)
    }

    /// A token where a command is expected.
    pub(super) fn no_command(&self, token: Token) -> UnlocatedError {
        let at = self.at(token.start);
        if token.kind == TokenKind::End {
            return match self.stack.last() {
                Some(frame) => self.never_closed(frame),
                None => UnlocatedError::plain(at, format!("missing command before {}", self.shown(token))),
            };
        }
        let bang = self.reserved(token) == Some(Reserved::Bang);
        if bang {
            return UnlocatedError::plain(at, "`!` is allowed only once, at the start of a pipeline");
        }
        if token.kind == TokenKind::Ampersand && self.text.get(..token.start).is_some_and(|text| text.ends_with(b"|")) {
            return UnlocatedError::plain(at, "`|&` is not an operator of POSIX shell: write `2>&1 |`");
        }
        UnlocatedError::plain(at, format!("expected a command, found {}", self.shown(token)))
    }

    /// A list at the top of the script ends before `token`.
    pub(super) fn stray(&self, token: Token, word: Option<Reserved>) -> UnlocatedError {
        let at = self.at(token.start);
        let opener = match (token.kind, word) {
            (TokenKind::Close, _) => "(",
            (_, Some(Reserved::CloseBrace)) => "{",
            (_, Some(Reserved::Then | Reserved::Elif | Reserved::Else | Reserved::Fi)) => "if",
            (_, Some(Reserved::Do)) => "for`, `while` or `until",
            (_, Some(Reserved::Done)) => "do",
            (TokenKind::DoubleSemicolon, _) | (_, Some(Reserved::Esac)) => "case",
            _ => return self.no_separator(token),
        };
        let before = match word {
            Some(Reserved::Then | Reserved::Elif | Reserved::Else | Reserved::Do) => "a preceding",
            _ => "an open",
        };
        UnlocatedError::plain(at, format!("{} without {before} `{opener}`", self.shown(token)))
    }

    /// A token follows a command without an operator between them.
    fn no_separator(&self, token: Token) -> UnlocatedError {
        let at = self.at(token.start);
        let before = slice(self.text, 0, token.start);
        let message = match token.kind {
            TokenKind::Open if before.ends_with(b"=") => {
                "`(` after `=` starts an array, which POSIX shell does not have".to_owned()
            }
            TokenKind::Open if matches!(before.last(), Some(b'@' | b'+' | b'?' | b'*' | b'!')) => {
                "`(` after `@`, `!`, `?`, `*` or `+` starts an extended pattern, which POSIX shell does not have"
                    .to_owned()
            }
            TokenKind::Open => {
                "`(` cannot follow the words of a command; quote it, or start a subshell on its own".to_owned()
            }
            _ => format!("{} cannot follow here without `;`, a newline or an operator before it", self.shown(token)),
        };
        UnlocatedError::plain(at, message)
    }

    /// A list ends before `token`, which does not close its construct.
    pub(super) fn closer_expected(&self, frame: &Frame, token: Token) -> UnlocatedError {
        let closing =
            self.reserved(token).is_some() || matches!(token.kind, TokenKind::Close | TokenKind::DoubleSemicolon);
        match token.kind {
            TokenKind::End => self.never_closed(frame),
            _ if closing => {
                let (construct, closer) = names(&frame.what);
                let (at, opened) = (self.at(token.start), self.at(frame.at));
                UnlocatedError::mismatch(at, &self.shown(token), closer, construct, opened)
            }
            _ => self.no_separator(token),
        }
    }

    fn never_closed(&self, frame: &Frame) -> UnlocatedError {
        let (construct, _) = names(&frame.what);
        let after = match frame.what {
            Open::Substitution(_) | Open::Subshell => " is not closed by `)`",
            Open::Group => " is not closed by `}`",
            Open::Condition => " has no `then`",
            Open::Then | Open::Else => " is not closed by `fi`",
            Open::Asking(_) => " has no `do`",
            Open::For => " has no `do` and `done`",
            Open::Loop => " is not closed by `done`",
            Open::Case | Open::Arm => " is not closed by `esac`",
        };
        UnlocatedError::unclosed(self.at(frame.at), construct, after)
    }
}

/// The names of a construct and of the closer of its list, in messages.
fn names(what: &Open) -> (&'static str, &'static str) {
    match what {
        Open::Substitution(_) => ("`$(`", "`)`"),
        Open::Subshell => ("`(`", "`)`"),
        Open::Group => ("`{`", "`}`"),
        Open::Condition => ("`if`", "the `then`"),
        Open::Then | Open::Else => ("`if`", "`fi`"),
        Open::Asking("until") => ("`until`", "the `do`"),
        Open::Asking(_) => ("`while`", "the `do`"),
        Open::For => ("`for`", "the `do`"),
        Open::Loop => ("loop", "`done`"),
        Open::Case | Open::Arm => ("`case`", "`;;` or `esac`"),
    }
}
