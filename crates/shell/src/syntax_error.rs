//! The first syntax error of a script: found as an offset, shown with line, column and a message.

use std::error::Error;
use std::fmt;

use super::text::Lines;

/// Why and where `dash -n` rejects a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Byte offset of the error; for an unclosed construct, of its opening.
    pub offset: usize,
    /// Line of `offset`, from 1.
    pub line: u32,
    /// Column of `offset` in characters, from 1.
    pub column: u32,
    /// One sentence in lower case, with the text that is wrong in backticks.
    pub message: String,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}

impl Error for SyntaxError {}

/// A syntax error without its line. Boxed: every function of the parser can return one, but rarely does.
#[derive(Debug)]
pub(super) struct UnlocatedError(Box<UnlocatedText>);

/// The sentence is `before`, then the line of `opened`, then `after`.
#[derive(Debug)]
struct UnlocatedText {
    at: usize,
    before: String,
    opened: Option<usize>,
    after: &'static str,
}

impl UnlocatedError {
    fn new(at: usize, before: String, opened: Option<usize>, after: &'static str) -> UnlocatedError {
        UnlocatedError(Box::new(UnlocatedText { at, before, opened, after }))
    }

    /// An error with a fixed message.
    pub(super) fn plain(at: usize, message: impl Into<String>) -> UnlocatedError {
        UnlocatedError::new(at, message.into(), None, "")
    }

    /// A construct opened at `opened` that the script never closes.
    pub(super) fn unclosed(opened: usize, construct: &str, after: &'static str) -> UnlocatedError {
        UnlocatedError::new(opened, format!("the {construct} opened on line "), Some(opened), after)
    }

    /// `found` instead of `closer` in the construct opened at `opened`.
    pub(super) fn mismatch(at: usize, found: &str, closer: &str, construct: &str, opened: usize) -> UnlocatedError {
        let before = format!("expected {closer}, found {found}, in the {construct} opened on line ");
        UnlocatedError::new(at, before, Some(opened), "")
    }

    pub(super) fn locate(self, script: &[u8]) -> SyntaxError {
        let mut lines = Lines::new(script);
        let UnlocatedText { at, before: mut message, opened, after } = *self.0;
        if let Some(opened) = opened {
            message.push_str(&lines.position(opened).0.to_string());
            message.push_str(after);
        }
        let (line, column) = lines.position(at);
        SyntaxError { offset: at, line, column, message }
    }
}
