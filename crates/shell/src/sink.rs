//! The events of the parser: an observer that ignores them costs no time.

/// A redirection's operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `<`
    Input,
    /// `>`
    Output,
    /// `>>`
    Append,
    /// `>|`
    Clobber,
    /// `<>`
    ReadWrite,
    /// `<&`
    DuplicateInput,
    /// `>&`
    DuplicateOutput,
    /// `<<`
    Here,
    /// `<<-`
    HereStripped,
    /// `<<<` of bash; dash has none.
    HereString,
}

impl Operator {
    /// Whether the file named after it is written.
    pub fn writes(self) -> bool {
        matches!(self, Operator::Output | Operator::Append | Operator::Clobber | Operator::ReadWrite)
    }

    /// Whether a here-document follows.
    pub fn is_here(self) -> bool {
        matches!(self, Operator::Here | Operator::HereStripped)
    }
}

/// The shape of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Words, assignments and redirections.
    Simple,
    /// `( … )`
    Subshell,
    /// `{ …; }`
    Group,
    /// `if … fi`
    If,
    /// `while … done`
    While,
    /// `until … done`
    Until,
    /// `for … done`
    For,
    /// `case … esac`
    Case,
    /// `name() …`
    Function,
}

/// The position of a list of commands in the command around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListPlace {
    /// The script itself.
    Top,
    /// The condition of `if`, `elif`, `while` or `until`.
    Condition,
    /// The body of a compound command or a function.
    Body,
    /// `$(…)` or backquotes in a word.
    Substitution,
    /// `$(…)` or backquotes in a here-document.
    HereDocument,
}

/// The operator after a pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow {
    /// `;`, a newline, or the end of the list.
    End,
    /// `&`
    Background,
    /// `&&`
    And,
    /// `||`
    Or,
}

/// The role of a word.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A word or an assignment of a simple command.
    Argument,
    /// The name after `for`, a word after `in`, the word after `case`.
    Header,
    /// A pattern of `case`.
    Pattern,
    /// The target of the last redirection.
    Target,
}

/// A word's source: its text as read (for backquotes, once unescaped) and its range in the script.
#[derive(Clone, Copy)]
pub(super) struct Source<'t> {
    pub(super) text: &'t [u8],
    pub(super) start: usize,
    pub(super) end: usize,
    /// Its start in the parsed text.
    pub(super) local: usize,
    /// Whether the text equals the script's bytes at that range.
    pub(super) direct: bool,
}

/// The kind of an expansion in a word or a here-document.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Expands {
    /// `$name`, `$1`, `$@`.
    Parameter,
    /// `${…}`: reported when its head is read, with the offset of what follows the name.
    Braced {
        /// Length of `${`, a `#` or `!` before the name included.
        name: usize,
        /// Length up to the end of the name.
        operator: usize,
    },
    /// `$((…))`
    Arithmetic,
    /// `$` before `'`, `"` or `[`, literal to the shell.
    Dollar,
}

/// An observer of a parse; offsets are those of the script.
pub(super) trait Sink {
    /// A command starts. A simple command may have been announced by a substitution in its first word.
    fn begin(&mut self, _shape: Shape, _at: usize) {}
    /// The simple command read so far is a function's name: its body follows.
    fn function(&mut self, _at: usize) {}
    /// The reserved word or parenthesis that closes a compound command ends here.
    fn closer(&mut self, _at: usize) {}
    /// The command is over, its redirections included.
    fn end(&mut self) {}
    /// A `!` precedes the pipeline.
    fn negate(&mut self) {}
    /// A `|` follows the command.
    fn pipe(&mut self) {}
    /// The pipeline is over.
    fn follow(&mut self, _follow: Follow) {}
    /// A list starts inside the current command.
    fn open(&mut self, _place: ListPlace, _at: usize) {}
    /// The innermost list is over.
    fn close(&mut self) {}
    /// A word ends.
    fn word(&mut self, _role: Role, _word: Source<'_>) {}
    /// A redirection's operator; its target follows as a word.
    fn redirect(&mut self, _operator: Operator, _fd: Option<u8>, _at: usize) {}
    /// A part of the innermost word, from `start` to `end` in the parsed text, is not literal.
    fn part(&mut self, _start: usize, _end: usize) {}
    /// Something expands; `source` runs to its end, or for [`Expands::Braced`] to the end of the text.
    fn expansion(&mut self, _what: Expands, _source: Source<'_>) {}
    /// A here-document's body ends; its parts belong to no word.
    fn here_body(&mut self) {}
}

/// The observer that ignores all events.
pub(super) struct NoSink;

impl Sink for NoSink {}
