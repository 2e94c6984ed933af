//! The grammar of dash: the meaning of each token in each state.

use super::parse::{Frame, Open, Parser, State, Step};
use super::sink::{Follow, ListPlace, Role, Shape, Sink};
use super::syntax_error::UnlocatedError;
use super::text::{is_name, quote, slice, without_splices};
use super::token::{Marks, Reserved, Token, TokenKind};

impl<S: Sink> Parser<'_, S> {
    pub(super) fn step(&mut self, state: State, token: Token) -> Result<Step, UnlocatedError> {
        match state {
            State::Start { newlines, bang, end } => self.start(token, newlines, bang, end),
            State::Simple { name } => self.simple(token, name),
            State::Function { name } => self.function(token, name),
            State::Compound { .. } if matches!(token.kind, TokenKind::Redirect(..)) => self.redirect(token, false),
            State::Compound { reserved } => {
                self.sink.end();
                self.after_command(token, reserved)
            }
            State::Target { here, simple } => self.target(token, here, simple),
            State::ForName => self.for_name(token),
            State::ForIn => self.for_in(token),
            State::ForWords => match token.kind {
                TokenKind::Word(_) => {
                    self.report_word(Role::Header, token);
                    Ok(Step::Go(state))
                }
                TokenKind::Newline | TokenKind::Semicolon => Ok(Step::Go(State::ForDo)),
                _ => Err(self.unexpected(token, "a word of `for`, `;` or a newline")),
            },
            State::ForDo => match (token.kind, self.reserved(token)) {
                (TokenKind::Newline, _) => self.newline(state),
                (_, Some(Reserved::Do)) => Ok(self.enter_body(Open::Loop, token, State::LIST)),
                _ => Err(self.unexpected(token, "`do` after `for`")),
            },
            State::CaseWord => match token.kind {
                TokenKind::Word(_) => {
                    self.report_word(Role::Header, token);
                    Ok(Step::Go(State::CaseIn))
                }
                _ => Err(self.unexpected(token, "a word after `case`")),
            },
            State::CaseIn => match (token.kind, self.reserved(token)) {
                (TokenKind::Newline, _) => self.newline(state),
                (_, Some(Reserved::In)) => Ok(Step::Go(State::CaseArm)),
                _ => Err(self.unexpected(token, "`in` after `case`")),
            },
            State::CaseArm => self.case_arm(token),
            State::CasePattern => {
                self.report_word(Role::Pattern, token);
                Ok(Step::Go(State::CaseClose))
            }
            State::Over => Ok(Step::Over),
            State::CaseClose => match token.kind {
                TokenKind::Pipe => Ok(Step::Go(State::CasePattern)),
                TokenKind::Close => Ok(self.enter_body(Open::Arm, token, State::REST)),
                _ => Err(self.unexpected(token, "`)` after the `case` pattern")),
            },
        }
    }

    fn start(&mut self, token: Token, newlines: bool, bang: bool, end: bool) -> Result<Step, UnlocatedError> {
        let at = self.at(token.start);
        match token.kind {
            TokenKind::Newline if newlines => self.newline(State::Start { newlines, bang, end }),
            TokenKind::Word(_) => {
                if let Some(word) = self.reserved(token) {
                    return self.reserved_start(token, word, bang, end);
                }
                self.sink.begin(Shape::Simple, at);
                self.report_word(Role::Argument, token);
                let name = (!assigns(self.token_text(token))).then_some((token.start, token.end));
                Ok(Step::Go(State::Simple { name }))
            }
            TokenKind::Redirect(..) => {
                self.sink.begin(Shape::Simple, at);
                self.redirect(token, true)
            }
            TokenKind::Open => {
                self.sink.begin(Shape::Subshell, at);
                self.enter_list(Open::Subshell, token, ListPlace::Body, State::LIST)
            }
            TokenKind::Close | TokenKind::DoubleSemicolon | TokenKind::End if end => self.end_list(token, None),
            _ => Err(self.no_command(token)),
        }
    }

    fn reserved_start(&mut self, token: Token, word: Reserved, bang: bool, end: bool) -> Result<Step, UnlocatedError> {
        let at = self.at(token.start);
        let (shape, what) = match word {
            Reserved::Bang if bang => {
                self.sink.negate();
                return Ok(Step::Go(State::Start { newlines: false, bang: false, end: false }));
            }
            Reserved::If => (Shape::If, Open::Condition),
            Reserved::While => (Shape::While, Open::Asking("while")),
            Reserved::Until => (Shape::Until, Open::Asking("until")),
            Reserved::OpenBrace => {
                self.sink.begin(Shape::Group, at);
                return self.enter_list(Open::Group, token, ListPlace::Body, State::LIST);
            }
            Reserved::For => {
                self.sink.begin(Shape::For, at);
                self.push(Open::For, token.start)?;
                return Ok(Step::Go(State::ForName));
            }
            Reserved::Case => {
                self.sink.begin(Shape::Case, at);
                self.push(Open::Case, token.start)?;
                return Ok(Step::Go(State::CaseWord));
            }
            Reserved::Bang | Reserved::In => return Err(self.no_command(token)),
            _ if end => return self.end_list(token, Some(word)),
            _ => return Err(self.no_command(token)),
        };
        self.sink.begin(shape, at);
        self.enter_list(what, token, ListPlace::Condition, State::LIST)
    }

    /// Opens a construct whose list comes next.
    fn enter_list(&mut self, what: Open, token: Token, place: ListPlace, state: State) -> Result<Step, UnlocatedError> {
        self.push(what, token.start)?;
        self.sink.open(place, self.at(token.end));
        Ok(Step::Go(state))
    }

    /// Opens the list of a construct whose head is on the stack.
    fn enter_body(&mut self, what: Open, token: Token, state: State) -> Step {
        if let Some(frame) = self.stack.last_mut() {
            frame.what = what;
        }
        self.sink.open(ListPlace::Body, self.at(token.end));
        Step::Go(state)
    }

    fn simple(&mut self, token: Token, name: Option<(usize, usize)>) -> Result<Step, UnlocatedError> {
        match (token.kind, name) {
            (TokenKind::Word(_), _) => {
                self.report_word(Role::Argument, token);
                Ok(Step::Go(State::Simple { name: None }))
            }
            (TokenKind::Redirect(..), _) => self.redirect(token, true),
            (TokenKind::Open, Some(name)) => Ok(Step::Go(State::Function { name })),
            _ => {
                self.sink.end();
                self.after_command(token, false)
            }
        }
    }

    fn function(&mut self, token: Token, (start, end): (usize, usize)) -> Result<Step, UnlocatedError> {
        let name = slice(self.text, start, end);
        let shown = quote(name);
        let at = self.at(start);
        let name = without_splices(name);
        if token.kind != TokenKind::Close {
            let message = match name.as_slice() {
                b"@" | b"+" | b"?" | b"*" => format!("`{shown}(` starts an extended pattern of bash"),
                _ => format!("`(` after `{shown}` starts a function and needs `)` right after it"),
            };
            return Err(UnlocatedError::plain(at, message));
        }
        if !is_name(&name) {
            return Err(UnlocatedError::plain(
                at,
                format!("`{shown}` is not a function name: use letters, digits and `_`"),
            ));
        }
        if is_special_builtin(&name) {
            return Err(UnlocatedError::plain(
                at,
                format!("`{shown}` is a special builtin and cannot name a function"),
            ));
        }
        self.sink.function(self.at(token.end));
        Ok(Step::Go(State::Start { newlines: true, bang: false, end: false }))
    }

    fn redirect(&mut self, token: Token, simple: bool) -> Result<Step, UnlocatedError> {
        let TokenKind::Redirect(operator, fd) = token.kind else { return Err(self.no_command(token)) };
        self.sink.redirect(operator, fd, self.at(token.start));
        let here = operator.is_here().then_some(operator == super::sink::Operator::HereStripped);
        Ok(Step::Go(State::Target { here, simple }))
    }

    fn target(&mut self, token: Token, here: Option<bool>, simple: bool) -> Result<Step, UnlocatedError> {
        let TokenKind::Word(marks) = token.kind else {
            return Err(self.unexpected(token, "the target of a redirection"));
        };
        self.report_word(Role::Target, token);
        if let Some(stripped) = here {
            self.push_here(token, marks, stripped);
        }
        Ok(Step::Go(if simple { State::Simple { name: None } } else { State::Compound { reserved: false } }))
    }

    /// What follows a command, its redirections included.
    fn after_command(&mut self, token: Token, reserved: bool) -> Result<Step, UnlocatedError> {
        let next = match token.kind {
            TokenKind::Pipe => {
                self.sink.pipe();
                return Ok(Step::Go(State::Start { newlines: true, bang: false, end: false }));
            }
            TokenKind::And => (Follow::And, State::LIST),
            TokenKind::Or => (Follow::Or, State::LIST),
            TokenKind::Ampersand => (Follow::Background, State::REST),
            TokenKind::Semicolon | TokenKind::Newline => (Follow::End, State::REST),
            _ => {
                self.sink.follow(Follow::End);
                let word = if reserved { self.reserved(token) } else { None };
                return self.end_list(token, word);
            }
        };
        self.sink.follow(next.0);
        if token.kind == TokenKind::Newline { self.newline(next.1) } else { Ok(Step::Go(next.1)) }
    }

    /// The innermost list ends before this token, which must be what its construct expects.
    fn end_list(&mut self, token: Token, word: Option<Reserved>) -> Result<Step, UnlocatedError> {
        let Some(frame) = self.stack.last() else {
            return match token.kind {
                _ if self.backquotes > 0 => self.leave_backquotes(token),
                TokenKind::End => Ok(Step::Over),
                _ => Err(self.stray(token, word)),
            };
        };
        let closes = match frame.what {
            Open::Substitution(_) | Open::Subshell => token.kind == TokenKind::Close,
            Open::Group => word == Some(Reserved::CloseBrace),
            Open::Condition => word == Some(Reserved::Then),
            Open::Then => matches!(word, Some(Reserved::Elif | Reserved::Else | Reserved::Fi)),
            Open::Else => word == Some(Reserved::Fi),
            Open::Asking(_) => word == Some(Reserved::Do),
            Open::Loop => word == Some(Reserved::Done),
            Open::Arm => token.kind == TokenKind::DoubleSemicolon || word == Some(Reserved::Esac),
            Open::For | Open::Case => false,
        };
        if !closes {
            return Err(self.closer_expected(frame, token));
        }
        self.close(token, word)
    }

    fn close(&mut self, token: Token, word: Option<Reserved>) -> Result<Step, UnlocatedError> {
        let Some(frame) = self.stack.pop() else { return Ok(Step::Over) };
        let (what, place) = match (frame.what, word) {
            (Open::Substitution(suspended), _) => return Ok(Step::Go(self.resume(&suspended, frame.at)?)),
            (Open::Condition, _) => (Open::Then, ListPlace::Body),
            (Open::Then, Some(Reserved::Elif)) => (Open::Condition, ListPlace::Condition),
            (Open::Then, Some(Reserved::Else)) => (Open::Else, ListPlace::Body),
            (Open::Asking(_), _) => (Open::Loop, ListPlace::Body),
            (Open::Arm, None) => {
                self.sink.close();
                self.stack.push(Frame { what: Open::Case, at: frame.at });
                return Ok(Step::Go(State::CaseArm));
            }
            _ => {
                self.sink.close();
                self.sink.closer(self.at(token.end));
                return Ok(Step::Go(State::Compound { reserved: true }));
            }
        };
        self.sink.close();
        self.stack.push(Frame { what, at: frame.at });
        self.sink.open(place, self.at(token.end));
        Ok(Step::Go(State::LIST))
    }

    fn for_name(&mut self, token: Token) -> Result<Step, UnlocatedError> {
        let TokenKind::Word(Marks { quoted: false, expands: false, .. }) = token.kind else {
            return Err(self.unexpected(token, "a variable name after `for`"));
        };
        if !is_name(&without_splices(self.token_text(token))) {
            let message = format!("`{}` is not a variable name for `for`", quote(self.token_text(token)));
            return Err(UnlocatedError::plain(self.at(token.start), message));
        }
        self.report_word(Role::Header, token);
        Ok(Step::Go(State::ForIn))
    }

    fn for_in(&mut self, token: Token) -> Result<Step, UnlocatedError> {
        match (token.kind, self.reserved(token)) {
            (TokenKind::Newline, _) => self.newline(State::ForIn),
            (_, Some(Reserved::In)) => Ok(Step::Go(State::ForWords)),
            (TokenKind::Semicolon, _) => Ok(Step::Go(State::ForDo)),
            _ => self.step(State::ForDo, token),
        }
    }

    fn case_arm(&mut self, token: Token) -> Result<Step, UnlocatedError> {
        match (token.kind, self.reserved(token)) {
            (TokenKind::Newline, _) => self.newline(State::CaseArm),
            (_, Some(Reserved::Esac)) => {
                self.stack.pop();
                self.sink.closer(self.at(token.end));
                Ok(Step::Go(State::Compound { reserved: true }))
            }
            (TokenKind::Open, _) => Ok(Step::Go(State::CasePattern)),
            (TokenKind::End, _) => Err(self.unexpected(token, "`esac` at the end of `case`")),
            _ => self.step(State::CasePattern, token),
        }
    }

    fn report_word(&mut self, role: Role, token: Token) {
        self.sink.word(role, self.source(token.start, token.end));
    }
}

/// Builtins whose name a function cannot have.
fn is_special_builtin(name: &[u8]) -> bool {
    const SPECIAL: [&[u8]; 14] = [
        b"break",
        b"continue",
        b"eval",
        b"exec",
        b"exit",
        b"export",
        b"readonly",
        b"local",
        b"return",
        b"set",
        b"shift",
        b"times",
        b"trap",
        b"unset",
    ];
    SPECIAL.contains(&name)
}

/// Whether a word starts with a name and `=`, none of it quoted.
pub(super) fn assigns(word: &[u8]) -> bool {
    let word = if word.contains(&b'\\') { &without_splices(word) } else { word };
    word.iter().position(|&byte| byte == b'=').is_some_and(|at| is_name(slice(word, 0, at)))
}
