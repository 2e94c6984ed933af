//! Scripts inside scripts: the literal arguments of `sh -c`, `su -c`, `eval` and `trap`.

use std::borrow::Cow;
use std::ops::Range;

use super::bashisms::is_signal;
use super::reader::{Command, Reading};
use super::sink::Shape;
use super::word::Word;
use super::wrappers::{base, unwrapped};

/// Shells whose scripts are checked by all rules, since dash might run them.
const POSIX: [&str; 3] = ["sh", "dash", "ash"];

/// Shells with another grammar: only the effects of their scripts on the machine are checked.
const OTHERS: [&str; 5] = ["bash", "ksh", "mksh", "yash", "zsh"];

/// A script that is an argument of a command.
#[derive(Debug)]
pub(super) struct Nested<'r> {
    /// The text for the inner shell.
    pub(super) text: Cow<'r, str>,
    /// Its grammar is not checked: the shell is not POSIX, or parts of the text are known only at run time.
    pub(super) loose: bool,
    word: Range<usize>,
    /// The offset of the text's first byte, if the text is a literal part of the script.
    start: Option<usize>,
}

impl Nested<'_> {
    /// The range in the outer script of a range in the inner one: its bytes, or else the whole word.
    pub(super) fn outer(&self, inner: &Range<usize>) -> Range<usize> {
        self.start.map_or_else(|| self.word.clone(), |start| start + inner.start..start + inner.end)
    }
}

/// The scripts that the commands of a script pass to other shells.
pub(super) fn scripts<'r>(reading: &'r Reading<'_>) -> impl Iterator<Item = Nested<'r>> {
    reading.commands.iter().filter_map(script_of)
}

/// The script that a command passes to another shell.
pub(super) fn script_of<'r>(command: &'r Command<'_>) -> Option<Nested<'r>> {
    if command.shape != Shape::Simple {
        return None;
    }
    let (first, arguments) = unwrapped(&command.words).split_first()?;
    let name = base(first.literal()?);
    let (word, posix) = match (name, arguments) {
        ("eval", [word]) => (word, true),
        // dash reads the action once for each signal, and stops at the first unknown one.
        ("trap", [word, signal, ..]) if signal.literal().is_none_or(is_signal) => (word, true),
        _ if POSIX.contains(&name) => (script_argument(arguments)?, true),
        _ if OTHERS.contains(&name) => (script_argument(arguments)?, false),
        // It runs the login shell of a user, which can be any shell.
        ("su", _) => (after_c(arguments)?, false),
        _ => return None,
    };
    is_readable(word).then(|| nested(word, !posix || !word.literal))
}

/// The argument after the options of a shell, when `-c` is among them.
fn script_argument<'w, 'a>(arguments: &'w [Word<'a>]) -> Option<&'w Word<'a>> {
    let mut words = arguments.iter();
    let mut asked = false;
    while let Some(word) = words.next() {
        let Some(letters) = word.text.strip_prefix(['-', '+']).filter(|it| !it.is_empty()) else {
            return asked.then_some(word);
        };
        if word.text.starts_with("--") {
            continue;
        }
        asked |= letters.contains('c');
        if letters.contains('o') {
            words.next();
        }
    }
    None
}

/// The argument of `-c` or `--command`.
fn after_c<'w, 'a>(arguments: &'w [Word<'a>]) -> Option<&'w Word<'a>> {
    let at = arguments.iter().position(|word| matches!(&*word.text, "-c" | "--command" | "-lc"))?;
    arguments.get(at + 1)
}

/// Whether a text can be read before it runs: substitutions are commands of the outer script already.
fn is_readable(word: &Word<'_>) -> bool {
    word.literal || !word.text.contains("$(") && !word.text.contains('`')
}

fn nested<'r>(word: &'r Word<'_>, loose: bool) -> Nested<'r> {
    let inside = word.source.split_first().and_then(|(open, rest)| {
        let (close, inside) = rest.split_last()?;
        (open == close && matches!(open, b'\'' | b'"')).then_some(inside)
    });
    let same = inside.is_some_and(|inside| inside == word.text.as_bytes()) && word.range.len() == word.source.len();
    Nested {
        text: Cow::Borrowed(&word.text),
        loose,
        word: word.range.clone(),
        start: same.then(|| word.range.start + 1),
    }
}
