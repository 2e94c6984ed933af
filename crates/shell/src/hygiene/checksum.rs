//! Checks of checksums and signatures in a script: which downloads each is about, and whether its failure stops the
//! script.

use std::collections::BTreeSet;

use super::status::Failures;
use super::{has, is_short, operands, program};
use crate::reader::{Command, Reading};
use crate::sink::{ListPlace, Shape};
use crate::word::Word;

/// A check of checksums or of a signature, whose failure stops the script.
pub(super) struct Check<'f> {
    pub(super) index: usize,
    /// The downloads that it names; none where it reads a list of sums, which is about all.
    pub(super) files: Vec<&'f str>,
    /// A function may be called later than it is written.
    pub(super) in_function: bool,
}

/// Finds checks.
pub(super) struct Checks<'r, 'a> {
    reading: &'r Reading<'a>,
    failures: &'r Failures<'r, 'a>,
    /// Functions that print a checksum.
    summing: Vec<&'r str>,
}

impl<'r, 'a> Checks<'r, 'a> {
    pub(super) fn new(reading: &'r Reading<'a>, failures: &'r Failures<'r, 'a>) -> Self {
        let prints = |held: &Command<'_>| program(held).is_some_and(|(name, it)| is_sum(name, it) && !is_check(it));
        let functions = reading.commands.iter().enumerate().filter(|(_, it)| it.shape == Shape::Function);
        let summing = functions.filter(|(index, _)| reading.held(*index).any(prints));
        let summing = summing.filter_map(|(_, it)| Some(&*it.words.first()?.text)).collect();
        Self { reading, failures, summing }
    }

    pub(super) fn find<'f>(&self, files: &[(usize, &'f str)]) -> Vec<Check<'f>> {
        let mut found = Vec::new();
        for (index, command) in self.reading.commands.iter().enumerate() {
            let stops = |at: &usize| self.failures.stop_after(*at);
            let Some(at) = self.decides(index, command).filter(stops) else { continue };
            let function = self.reading.holders(command).find(|holder| holder.shape == Shape::Function);
            let named = named_in(&self.said_around(command), files);
            let calls = if named.is_empty() {
                function.map(|it| self.calls(it, files)).unwrap_or_default()
            } else {
                Vec::new()
            };
            if calls.is_empty() {
                found.push(Check { index: at, files: named, in_function: function.is_some() });
            }
            found.extend(calls);
        }
        found
    }

    /// The calls of a function that checks what it is given: each is about the files among its arguments, or, where
    /// these are not known, about the download before it.
    fn calls<'f>(&self, function: &Command<'a>, files: &[(usize, &'f str)]) -> Vec<Check<'f>> {
        let body = crate::text::slice(self.reading.script, function.range.start, function.range.end);
        let body = String::from_utf8_lossy(body);
        let Some(name) = function.words.first().filter(|_| PARAMETERS.iter().any(|it| body.contains(it))) else {
            return Vec::new();
        };
        let calls = self.reading.commands.iter().enumerate().filter(|(_, it)| it.name() == Some(&*name.text));
        calls
            .map(|(index, call)| {
                let arguments = call.words.get(1..).unwrap_or_default();
                let text: String = arguments.iter().flat_map(|word| [&*word.text, " "]).collect();
                let mut named = named_in(&text, files);
                if named.is_empty() && arguments.iter().any(|word| !word.literal) {
                    named.extend(files.iter().filter(|(at, _)| *at < index).map(|(_, name)| *name).next_back());
                }
                // No download has this name, so that the call is about none.
                if named.is_empty() {
                    named.push("");
                }
                let in_function = self.reading.holders(call).any(|holder| holder.shape == Shape::Function);
                Check { index, files: named, in_function }
            })
            .collect()
    }

    /// Downloads whose checksum is printed or compared by name, and whatever it is, the script goes on.
    pub(super) fn unproved<'f>(&self, files: &[(usize, &'f str)], checks: &[Check<'_>]) -> BTreeSet<&'f str> {
        let mut found = BTreeSet::new();
        for (index, command) in self.reading.commands.iter().enumerate() {
            if !program(command).is_some_and(|(name, arguments)| is_sum(name, arguments)) {
                continue;
            }
            let decides = self.decides(index, command);
            // A list that is written for later says nothing yet.
            let is_kept = command.redirections.iter().any(|it| it.operator.writes());
            if decides.is_some_and(|at| self.failures.stop_after(at)) || is_kept {
                continue;
            }
            found.extend(named_in(&self.said_around(command), files));
        }
        found.retain(|file| !checks.iter().any(|check| check.files.contains(file)));
        found
    }

    /// The command whose failure says that a file is not the right one.
    fn decides(&self, index: usize, command: &Command<'a>) -> Option<usize> {
        let (name, arguments) = program(command)?;
        let verifies = match name {
            "gpg" | "gpg2" => has(arguments, &["--verify"]),
            "gpgv" => true,
            "cosign" | "gh" | "slsa-verifier" => operands(arguments).take(2).any(|it| it.text.starts_with("verify")),
            "minisign" | "signify" => arguments.iter().any(|word| word.text.starts_with("-V")),
            "openssl" => has(arguments, &["-verify"]),
            _ => is_sum(name, arguments) && is_check(arguments),
        };
        if verifies {
            return Some(index);
        }
        (is_sum(name, arguments) || self.summing.contains(&name)).then(|| self.compares(command)).flatten()
    }

    /// The test of a checksum that a command prints.
    fn compares(&self, command: &Command<'a>) -> Option<usize> {
        let mut inner = command;
        while inner.place != ListPlace::Substitution {
            inner = self.reading.commands.get(inner.parent?)?;
        }
        let at = inner.parent?;
        let holder = self.reading.commands.get(at)?;
        if matches!(holder.name(), Some("[" | "test" | "[[")) || holder.shape == Shape::Case {
            return Some(at);
        }
        let inside = |word: &&Word<'_>| word.range.start <= command.range.start && command.range.end <= word.range.end;
        let mut assigned = holder.assignments.iter().chain(&holder.words).filter(inside);
        let (name, _) = assigned.find_map(Word::assignment)?;
        self.asks_about(at, name)
    }

    /// The test of a variable, after a command.
    fn asks_about(&self, index: usize, name: &str) -> Option<usize> {
        let after = self.reading.commands.iter().enumerate().skip(index + 1);
        let mut tests =
            after.filter(|(_, it)| matches!(it.name(), Some("[" | "test" | "[[")) || it.shape == Shape::Case);
        let wanted = [format!("${name}"), format!("${{{name}")];
        let names = |word: &Word<'_>| wanted.iter().any(|it| word.text.contains(it.as_str()));
        tests.find(|(_, it)| it.words.iter().any(names)).map(|(at, _)| at)
    }

    /// The text of a check: its pipeline, its here-document and the command around it, as written and with values.
    fn said_around(&self, command: &Command<'a>) -> String {
        let mut first = command;
        let mut text = String::new();
        let mut add = |it: &Command<'_>| {
            let targets = it.redirections.iter().filter_map(|it| it.target.as_ref());
            for word in it.words.iter().chain(targets) {
                text.push_str(&word.text);
                text.push(' ');
            }
        };
        add(command);
        while let Some(previous) = first.previous.and_then(|previous| self.reading.commands.get(previous)) {
            first = previous;
            add(first);
        }
        if let Some(holder) = self.reading.holders(command).next().filter(|_| command.place == ListPlace::Substitution)
        {
            add(holder);
        }
        let here = command.redirections.iter().any(|redirection| redirection.operator.is_here());
        let end = if here { command.range.end + 1_000 } else { command.range.end };
        let source = crate::text::slice(self.reading.script, first.range.start.min(command.range.start), end);
        text.push_str(&String::from_utf8_lossy(source));
        text
    }
}

/// How a function names what it is given.
const PARAMETERS: [&str; 6] = ["$1", "$2", "${1", "${2", "$@", "$*"];

/// The downloads that a text names.
fn named_in<'f>(text: &str, files: &[(usize, &'f str)]) -> Vec<&'f str> {
    let mut named: Vec<&str> = files.iter().map(|(_, file)| *file).filter(|file| names(text, file)).collect();
    named.dedup();
    named
}

/// Whether a text has a file's name, and not as a part of a longer word.
fn names(text: &str, file: &str) -> bool {
    let part = |char: char| char.is_ascii_alphanumeric() || char == '_';
    text.match_indices(file).any(|(at, _)| {
        let before = text.get(..at).unwrap_or_default();
        let after = text.get(at + file.len()..).unwrap_or_default();
        let continues = before.ends_with(part) && file.starts_with(part);
        let is_continued = after.starts_with(part) && file.ends_with(part);
        !continues && !is_continued
    })
}

/// Whether a program prints or checks checksums.
fn is_sum(name: &str, arguments: &[Word<'_>]) -> bool {
    match name {
        "sha256sum" | "sha512sum" | "sha384sum" | "sha1sum" | "shasum" | "gsha256sum" | "b2sum" | "b3sum"
        | "sha256" => true,
        "openssl" => operands(arguments).next().is_some_and(|word| matches!(&*word.text, "dgst" | "sha256" | "sha512")),
        _ => false,
    }
}

/// Whether its options ask it to check.
fn is_check(arguments: &[Word<'_>]) -> bool {
    let asks = |word: &Word<'_>| is_short(word, 'c') || word.text == "--check" || word.text.starts_with("--check=");
    arguments.iter().any(asks)
}
