//! Rule S002: text that dash accepts and then fails on, or runs differently from bash.

mod arithmetic;
mod builtins;
mod conditions;
mod expansions;
mod names;
mod redirections;

use std::collections::BTreeSet;
use std::ops::Range;

use super::diagnostic::Diagnostics;
use super::nested;
use super::reader::{Command, Reading};
use super::sink::{ListPlace, Shape};
use super::word::Word;
use super::wrappers::unwrap_once;

pub(crate) use builtins::is_signal;

const RULE: &str = "S002";

/// The maximum depth of scripts inside scripts, as in `eval 'trap "sh -c …"'`; deeper ones are not checked.
const MAX_TEXTS: u8 = 3;

/// A checked script, with facts of the whole script that decide about its parts.
struct Dialect<'r, 'a> {
    reading: &'r Reading<'a>,
    /// Functions the script defines: their names are not bash builtins.
    functions: BTreeSet<&'r str>,
    /// Variables the script sets: they are not the ones bash sets.
    variables: BTreeSet<&'r str>,
    /// Where the script tests which shell runs it.
    questions: Vec<usize>,
}

/// Reports what dash accepts and runs differently from bash.
pub(super) fn check(reading: &Reading<'_>, findings: &mut Diagnostics<'_>) {
    for (range, message, help) in collect(reading, 0) {
        findings.add(RULE, &range, message, help);
    }
}

type Found = Vec<(Range<usize>, String, String)>;

fn collect(reading: &Reading<'_>, depth: u8) -> Found {
    let dialect = Dialect {
        reading,
        functions: functions(reading),
        variables: variables(reading),
        questions: questions(reading.script),
    };
    let mut found = Found::new();
    for (index, command) in reading.commands.iter().enumerate() {
        if dialect.asks_which_shell(command) {
            continue;
        }
        dialect.check_command(index, command, depth, &mut found);
        redirections::check(reading, command, &mut found);
    }
    for expansion in &reading.expansions {
        dialect.check_expansion(expansion, &mut found);
    }
    found
}

impl<'a> Dialect<'_, 'a> {
    fn check_command(&self, index: usize, command: &Command<'a>, depth: u8, found: &mut Found) {
        if command.shape == Shape::Subshell {
            self.check_arithmetic_command(index, command, found);
        }
        if matches!(command.shape, Shape::Simple | Shape::For) {
            for word in command.words.iter().filter(|word| word.braces) {
                add(
                    found,
                    &word.range,
                    format!("dash does not expand the braces of {}", shown(word)),
                    "write each word out",
                );
            }
        }
        for word in command.words.iter().chain(&command.assignments) {
            check_tilde(word, found);
        }
        if command.shape == Shape::Simple {
            self.check_name(command, found);
            self.check_builtin(index, command, found);
            self.check_texts(command, depth, found);
            self.check_file_substitution(command, found);
        }
    }

    /// `((…))`, which is a subshell in a subshell.
    fn check_arithmetic_command(&self, index: usize, outer: &Command<'a>, found: &mut Found) {
        let Some(inner) = self.reading.commands.get(index + 1) else { return };
        let opens = inner.shape == Shape::Subshell && inner.range.start == outer.range.start + 1;
        if opens && inner.range.end + 1 == outer.range.end && inner.redirections.is_empty() {
            let message = "dash runs `((…))` as a command in two subshells, and computes nothing";
            add(found, &outer.range, message, "write `[ $((…)) -ne 0 ]` or `x=$((…))`");
        }
    }

    /// `$(<file)`, which is empty.
    fn check_file_substitution(&self, command: &Command<'a>, found: &mut Found) {
        let [redirection] = command.redirections.as_slice() else { return };
        let before = self.reading.script.get(..command.range.start).unwrap_or_default().trim_ascii_end();
        let alone = command.place == ListPlace::Substitution && (before.ends_with(b"$(") || before.ends_with(b"`"));
        let reads = redirection.operator == super::sink::Operator::Input;
        if alone && reads && command.words.is_empty() && command.assignments.is_empty() && command.successor.is_none() {
            add(found, &command.range, "`$(<file)` is empty in dash: the file is not read", "write `$(cat file)`");
        }
    }

    /// Scripts in words: `sh -c '…'`, `eval '…'`, `trap '…' EXIT`.
    fn check_texts(&self, command: &Command<'a>, depth: u8, found: &mut Found) {
        let Some(inner) = nested::script_of(command).filter(|it| !it.loose && depth < MAX_TEXTS) else { return };
        if command.name() == Some("eval") && self.probes(command) {
            return;
        }
        for (range, message, help) in collect(&super::reader::read(inner.text.as_bytes()), depth + 1) {
            add(found, &inner.outer(&range), message, help);
        }
    }

    /// Whether a command is in the body of a function.
    fn in_function(&self, command: &Command<'a>) -> bool {
        self.reading.holders(command).any(|holder| holder.shape == Shape::Function)
    }

    /// Whether a command is a test in a condition, as in `configure` scripts.
    fn probes(&self, command: &Command<'a>) -> bool {
        let condition = |command: &Command<'a>| command.place == ListPlace::Condition;
        condition(command) || self.reading.holders(command).any(condition)
    }

    /// Whether a command runs only after a test for the shell: on its line, or in the `if` or `case` that contains it.
    fn asks_which_shell(&self, command: &Command<'a>) -> bool {
        let before = self.questions.partition_point(|&question| question < command.range.start);
        let Some(asked) = before.checked_sub(1).and_then(|last| self.questions.get(last)) else { return false };
        let between = self.reading.script.get(*asked..command.range.start).unwrap_or_default();
        let asking =
            |holder: &Command<'a>| matches!(holder.shape, Shape::If | Shape::Case) && holder.range.start <= *asked;
        !between.contains(&b'\n') || self.reading.holders(command).any(asking)
    }
}

/// The offsets at which a script reads the version of a shell, or its options.
fn questions(script: &[u8]) -> Vec<usize> {
    let signs = |word: &[u8]| {
        [b"BASH_VERSION".as_slice(), b"ZSH_VERSION", b"KSH_VERSION", b"(set -o)"]
            .iter()
            .any(|sign| word.starts_with(sign))
    };
    let starts = script.iter().enumerate().filter(|(_, byte)| matches!(byte, b'B' | b'Z' | b'K' | b'('));
    starts.map(|(at, _)| at).filter(|&at| signs(script.get(at..).unwrap_or_default())).collect()
}

/// `~+` and `~-`.
fn check_tilde(word: &Word<'_>, found: &mut Found) {
    let value = match word.source.iter().position(|&byte| byte == b'=') {
        Some(at) if super::grammar::assigns(&word.source) => word.source.get(at + 1..).unwrap_or_default(),
        _ => &word.source,
    };
    if let [b'~', sign @ (b'+' | b'-'), rest @ ..] = value
        && matches!(rest.first(), None | Some(b'/'))
    {
        let name = if *sign == b'+' { "PWD" } else { "OLDPWD" };
        let message = format!("dash does not expand `~{}`", char::from(*sign));
        add(found, &word.range, message, format!("write `\"${name}\"`"));
    }
}

fn add(found: &mut Found, range: &Range<usize>, message: impl Into<String>, help: impl Into<String>) {
    found.push((range.clone(), message.into(), help.into()));
}

/// A word in a message.
fn shown(word: &Word<'_>) -> String {
    format!("`{}`", super::text::quote(&word.source))
}

fn functions<'r>(reading: &'r Reading<'_>) -> BTreeSet<&'r str> {
    let defined = reading.commands.iter().filter(|command| command.shape == Shape::Function);
    defined.filter_map(|command| command.words.first()?.literal()).collect()
}

/// The variables that a script sets by assignment, `read`, `for`, `export` and similar builtins.
fn variables<'r>(reading: &'r Reading<'_>) -> BTreeSet<&'r str> {
    let mut names = BTreeSet::new();
    for command in &reading.commands {
        names.extend(command.assignments.iter().filter_map(|word| Some(word.assignment()?.0)));
        if command.shape == Shape::For {
            names.extend(command.words.first().and_then(Word::literal));
        }
        let words = match command.words.first().and_then(Word::literal) {
            Some("command") => unwrap_once(&command.words).unwrap_or_default(),
            _ => &command.words,
        };
        let Some((name, operands)) = words.split_first() else { continue };
        match name.literal() {
            Some("read" | "getopts") => names.extend(operands.iter().filter_map(Word::literal)),
            Some("export" | "readonly" | "local") => {
                names.extend(operands.iter().filter_map(|word| Some(word.assignment()?.0)));
            }
            _ => {}
        }
    }
    names
}
