//! The commands of a script, read by the parser of the syntax check.

use std::borrow::Cow;
use std::ops::Range;

use super::sink::{Expands, Follow, ListPlace, Operator, Role, Shape, Sink, Source};
use super::syntax_error::SyntaxError;
use super::text::slice;
use super::word::{Word, own};

/// A redirection of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirection<'a> {
    /// The descriptor written before the operator.
    pub fd: Option<u8>,
    /// The operator.
    pub operator: Operator,
    /// Where the descriptor or the operator starts.
    pub offset: usize,
    /// The file, the descriptor, or the delimiter of a here-document; `None` at a syntax error.
    pub target: Option<Word<'a>>,
}

/// A command: a simple one, a compound one, or the definition of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command<'a> {
    /// Its kind.
    pub shape: Shape,
    /// From its first byte to the end of its last word, redirection or reserved word.
    pub range: Range<usize>,
    /// `name=value` before the words.
    pub assignments: Vec<Word<'a>>,
    /// A simple command's name and arguments; a function's name; the variable and words of `for`; the word of `case`.
    pub words: Vec<Word<'a>>,
    /// The patterns of a `case`, all arms in a row.
    pub patterns: Vec<Word<'a>>,
    /// In the order written.
    pub redirections: Vec<Redirection<'a>>,
    /// A `!` precedes its pipeline.
    pub negated: bool,
    /// What follows its pipeline.
    pub follow: Follow,
    /// The command whose output it reads.
    pub previous: Option<usize>,
    /// The command that reads its output.
    pub next: Option<usize>,
    /// The next command after its pipeline, in the same list.
    pub successor: Option<usize>,
    /// The command that contains it.
    pub parent: Option<usize>,
    /// Its place in that command.
    pub place: ListPlace,
    /// The number of the list in that command, among those it asks and runs: of `if`, the even ones are conditions, and
    /// a body with an even number is the `else`.
    pub list: usize,
}

impl<'a> Command<'a> {
    /// The command's name, if it is a simple command whose first word is literal.
    pub fn name(&self) -> Option<&str> {
        if self.shape == Shape::Simple { self.words.first()?.literal() } else { None }
    }

    /// The program that it runs, without its folder, and that program's arguments. Wrappers such as `env` and `sudo`
    /// are removed.
    pub fn program(&self) -> Option<(&str, &[Word<'a>])> {
        let (first, arguments) = super::wrappers::unwrapped(&self.words).split_first()?;
        Some((super::wrappers::base(&first.text), arguments))
    }
}

/// Something in a word or a here-document that expands.
pub(super) struct Expansion<'a> {
    pub(super) what: Expands,
    pub(super) range: Range<usize>,
    /// Its source; for `${…}` only its head.
    pub(super) text: Cow<'a, [u8]>,
    /// The command whose words contain it.
    pub(super) command: Option<usize>,
}

/// How much of a `${…}` is kept after the name: the operator and enough to show it.
const SHOWN: usize = 12;

/// Everything read from a script, up to its first syntax error.
pub(super) struct Reading<'a> {
    pub(super) script: &'a [u8],
    pub(super) commands: Vec<Command<'a>>,
    pub(super) expansions: Vec<Expansion<'a>>,
    pub(super) error: Option<SyntaxError>,
}

impl<'a> Reading<'a> {
    /// The commands that another parser read.
    pub(super) fn of(script: &'a [u8], commands: Vec<Command<'a>>) -> Self {
        Reading { script, commands: bounded(commands), expansions: Vec::new(), error: None }
    }

    /// The commands that hold one, from the nearest.
    pub(super) fn holders(&self, command: &Command<'a>) -> impl Iterator<Item = &Command<'a>> {
        let holder = |index: Option<usize>| index.and_then(|index| self.commands.get(index));
        std::iter::successors(holder(command.parent), move |held| holder(held.parent))
    }

    /// The commands inside a compound command, at any depth.
    pub(super) fn held(&self, index: usize) -> impl Iterator<Item = &Command<'a>> {
        let end = self.commands.get(index).map_or(0, |command| command.range.end);
        let after = self.commands.iter().skip(index + 1);
        after.take_while(move |command| command.range.start < end)
    }
}

/// A list being read.
struct Scope {
    owner: Option<usize>,
    place: ListPlace,
    /// It is the body of a function, and ends with its first command.
    function: bool,
    current: Option<usize>,
    /// The current command was announced by a substitution in its first word.
    announced: bool,
    /// The command that ended last.
    last: Option<usize>,
    /// A `|` follows it.
    piped: bool,
    negated: bool,
    /// Length of the reader's list of parts when the list began.
    parts: usize,
    /// The number of the list in its owner.
    list: usize,
    /// How many lists of the current command have begun.
    lists: usize,
}

impl Scope {
    fn new(owner: Option<usize>, place: ListPlace, parts: usize, number: usize) -> Scope {
        let (current, last) = (None, None);
        let (function, announced, piped, negated) = (false, false, false, false);
        Scope { owner, place, function, current, announced, last, piped, negated, parts, list: number, lists: 0 }
    }
}

struct Reader<'a> {
    script: &'a [u8],
    commands: Vec<Command<'a>>,
    expansions: Vec<Expansion<'a>>,
    scopes: Vec<Scope>,
    /// The list of the script itself.
    top: Scope,
    /// Ranges that expand in the words being read.
    parts: Vec<(usize, usize)>,
}

/// How deep function definitions may be nested. The rules check all commands in a function, so their time grows with
/// the square of the depth.
const NESTED_FUNCTIONS: u32 = 100;

/// Where functions are nested too deeply.
fn too_deep(commands: &[Command<'_>]) -> Option<usize> {
    let mut depths: Vec<u32> = Vec::with_capacity(commands.len());
    for command in commands {
        let above = command.parent.and_then(|at| depths.get(at).copied()).unwrap_or_default();
        let depth = above + u32::from(command.shape == Shape::Function);
        if depth > NESTED_FUNCTIONS {
            return Some(command.range.start);
        }
        depths.push(depth);
    }
    None
}

/// The commands, or none where functions are nested too deeply.
fn bounded(commands: Vec<Command<'_>>) -> Vec<Command<'_>> {
    if too_deep(&commands).is_some() { Vec::new() } else { commands }
}

/// Where a script nests functions so deeply that its commands are not read.
pub(super) fn unread(script: &[u8]) -> Option<usize> {
    too_deep(&unbounded(script).commands)
}

/// Reads a script's commands, in the order in which they start.
pub(super) fn read(script: &[u8]) -> Reading<'_> {
    let reading = unbounded(script);
    Reading { commands: bounded(reading.commands), ..reading }
}

fn unbounded(script: &[u8]) -> Reading<'_> {
    let mut reader = Reader {
        script,
        commands: Vec::new(),
        expansions: Vec::new(),
        scopes: Vec::new(),
        top: Scope::new(None, ListPlace::Top, 0, 0),
        parts: Vec::new(),
    };
    let error = super::observe(script, &mut reader).err();
    Reading { script, commands: reader.commands, expansions: reader.expansions, error }
}

impl<'a> Reader<'a> {
    fn scope(&mut self) -> &mut Scope {
        self.scopes.last_mut().unwrap_or(&mut self.top)
    }

    fn current(&mut self) -> Option<&mut Command<'a>> {
        let current = self.scope().current?;
        self.commands.get_mut(current)
    }

    fn set(&mut self, command: Option<usize>, change: impl FnOnce(&mut Command<'a>)) {
        if let Some(command) = command.and_then(|command| self.commands.get_mut(command)) {
            change(command);
        }
    }

    fn start(&mut self, shape: Shape, at: usize) {
        let index = self.commands.len();
        let scope = self.scope();
        scope.current = Some(index);
        let previous = if scope.piped { scope.last } else { None };
        let command = Command {
            shape,
            range: at..at,
            assignments: Vec::new(),
            words: Vec::new(),
            patterns: Vec::new(),
            redirections: Vec::new(),
            negated: scope.negated,
            follow: Follow::End,
            previous,
            next: None,
            successor: None,
            parent: scope.owner,
            place: scope.place,
            list: scope.list,
        };
        scope.lists = 0;
        let before = if scope.piped { None } else { scope.last };
        scope.piped = false;
        self.commands.push(command);
        self.set(previous, |command| command.next = Some(index));
        self.pipeline(before, |command| command.successor = Some(index));
    }

    /// Changes every command of the pipeline that ends with `last`.
    fn pipeline(&mut self, last: Option<usize>, change: impl Fn(&mut Command<'a>)) {
        let mut member = last;
        while let Some(command) = member.and_then(|member| self.commands.get_mut(member)) {
            change(command);
            member = command.previous;
        }
    }
}

impl Sink for Reader<'_> {
    fn begin(&mut self, shape: Shape, at: usize) {
        if std::mem::take(&mut self.scope().announced) {
            if let Some(command) = self.current() {
                command.range.start = at;
            }
            return;
        }
        self.start(shape, at);
    }

    fn function(&mut self, at: usize) {
        if let Some(command) = self.current() {
            command.shape = Shape::Function;
        }
        self.open(ListPlace::Body, at);
        self.scope().function = true;
    }

    fn closer(&mut self, at: usize) {
        if let Some(command) = self.current() {
            command.range.end = at;
        }
    }

    fn end(&mut self) {
        loop {
            let scope = self.scope();
            scope.last = scope.current.take();
            scope.announced = false;
            if !scope.function {
                return;
            }
            let end = scope.last.and_then(|body| self.commands.get(body)).map(|body| body.range.end);
            self.scopes.pop();
            if let (Some(command), Some(end)) = (self.current(), end) {
                command.range.end = end;
            }
        }
    }

    fn negate(&mut self) {
        self.scope().negated = true;
    }

    fn pipe(&mut self) {
        self.scope().piped = true;
    }

    fn follow(&mut self, follow: Follow) {
        let scope = self.scope();
        scope.negated = false;
        let last = scope.last;
        self.pipeline(last, |command| command.follow = follow);
    }

    fn open(&mut self, place: ListPlace, at: usize) {
        if place == ListPlace::Substitution && self.scope().current.is_none() {
            self.start(Shape::Simple, at);
            self.scope().announced = true;
        }
        let parts = self.parts.len();
        let scope = self.scope();
        let owner = scope.current.or(scope.owner);
        let list = scope.lists;
        scope.lists += usize::from(matches!(place, ListPlace::Condition | ListPlace::Body));
        self.scopes.push(Scope::new(owner, place, parts, list));
    }

    fn close(&mut self) {
        self.scopes.pop();
    }

    fn word(&mut self, role: Role, source: Source<'_>) {
        let mark = self.scope().parts;
        let word = Word::new(self.script, source, self.parts.get(mark..).unwrap_or_default());
        self.parts.truncate(mark);
        let Some(command) = self.current() else { return };
        command.range.end = command.range.end.max(word.range.end);
        match role {
            Role::Argument if command.words.is_empty() && super::grammar::assigns(&word.source) => {
                command.assignments.push(word);
            }
            Role::Argument | Role::Header => command.words.push(word),
            Role::Pattern => command.patterns.push(word),
            Role::Target => {
                if let Some(redirection) = command.redirections.last_mut() {
                    redirection.target = Some(word);
                }
            }
        }
    }

    fn redirect(&mut self, operator: Operator, fd: Option<u8>, offset: usize) {
        if let Some(command) = self.current() {
            command.redirections.push(Redirection { fd, operator, offset, target: None });
        }
    }

    fn part(&mut self, start: usize, end: usize) {
        self.parts.push((start, end));
    }

    fn expansion(&mut self, what: Expands, mut source: Source<'_>) {
        let kept = match what {
            Expands::Braced { operator, .. } => {
                let shown = slice(source.text, operator, operator + SHOWN);
                operator + shown.iter().position(|&byte| byte == b'}').map_or(SHOWN, |close| close + 1)
            }
            Expands::Dollar => 2,
            Expands::Parameter | Expands::Arithmetic => source.text.len(),
        };
        if kept < source.text.len() {
            source.text = slice(source.text, 0, kept);
            source.end = (source.start + kept).min(source.end);
        }
        let text = own(self.script, source);
        let command = self.scope().current;
        self.expansions.push(Expansion { what, range: source.start..source.end, text, command });
    }

    fn here_body(&mut self) {
        let mark = self.scope().parts;
        self.parts.truncate(mark);
    }
}
