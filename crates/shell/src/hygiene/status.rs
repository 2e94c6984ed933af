//! What the failure of a command does: whether it stops the script.

use std::collections::BTreeSet;

use crate::reader::{Command, Reading};
use crate::sink::{Follow, ListPlace, Shape};

/// What a script does with the failures of its commands.
pub(super) struct Failures<'r, 'a> {
    reading: &'r Reading<'a>,
    /// By command: `set -e` holds.
    errexit: Vec<bool>,
    /// By command: `set -o pipefail` holds.
    pipefail: Vec<bool>,
    /// Functions that can end the script.
    stoppers: BTreeSet<&'r str>,
}

impl<'r, 'a> Failures<'r, 'a> {
    pub(super) fn new(reading: &'r Reading<'a>) -> Self {
        let (mut errexit, mut pipefail) = (Vec::new(), Vec::new());
        let (mut now, mut pipes) = (shebang_has_e(reading.script), false);
        for command in &reading.commands {
            // What a subshell or a substitution sets ends with it; that is not followed.
            if let Some(on) = sets_option(command, 'e', "errexit") {
                now = on;
            }
            pipes = sets_option(command, '\0', "pipefail").unwrap_or(pipes);
            errexit.push(now);
            pipefail.push(pipes);
        }
        let mut stoppers = BTreeSet::new();
        for (index, command) in reading.commands.iter().enumerate() {
            if command.shape == Shape::Function
                && let Some(name) = command.words.first()
                && reading.held(index).any(|held| held.name() == Some("exit") && !is_success(held))
            {
                stoppers.insert(&*name.text);
            }
        }
        Self { reading, errexit, pipefail, stoppers }
    }

    pub(super) fn errexit(&self, index: usize) -> bool {
        self.errexit.get(index).copied().unwrap_or(false)
    }

    pub(super) fn pipefail(&self, index: usize) -> bool {
        self.pipefail.get(index).copied().unwrap_or(false)
    }

    /// Whether a command ends the script, or the function, with a failure.
    pub(super) fn stops(&self, command: &Command<'_>) -> bool {
        match command.name() {
            Some("exit" | "return") => !is_success(command),
            Some("die" | "fail" | "fatal" | "abort" | "false" | "panic" | "kill" | "bail") => true,
            Some(name) => self.stoppers.contains(name),
            None => false,
        }
    }

    /// Whether a command, or one that it holds, ends the script with a failure.
    pub(super) fn stops_within(&self, index: usize) -> bool {
        self.reading.commands.get(index).is_some_and(|it| self.stops(it))
            || self.reading.held(index).any(|held| self.stops(held))
    }

    /// Whether the failure of a command stops what comes after it.
    pub(super) fn stop_after(&self, index: usize) -> bool {
        let mut at = Some(index);
        // One step for each command that holds it.
        while let Some((now, command)) = at.and_then(|at| Some((at, self.reading.commands.get(at)?))) {
            if let Some(answer) = self.stop_here(now, command) {
                return answer;
            }
            at = command.parent;
        }
        false
    }

    /// The same, where the list that the command is in decides it.
    fn stop_here(&self, index: usize, command: &Command<'_>) -> Option<bool> {
        if command.next.is_some() && !self.pipefail(index) {
            return Some(false);
        }
        let successor = command.successor;
        match command.follow {
            Follow::Or => return Some(self.fallback_stops(successor?)),
            Follow::And => return Some(true),
            Follow::Background => return Some(false),
            Follow::End => {}
        }
        let parent = command.parent.and_then(|at| Some((at, self.reading.commands.get(at)?)));
        match (command.place, parent) {
            (ListPlace::Condition, Some((at, holder))) => {
                let stops = self.stops_within(at);
                // What is asked for, and done only then.
                let opposite = command.words.iter().any(|it| it.is("!="));
                Some(stops || command.negated == opposite && holder.shape == Shape::If)
            }
            _ if self.errexit(index) && !self.is_forgiven(command) => Some(true),
            (ListPlace::Body, Some((at, holder))) => match holder.shape {
                Shape::Subshell | Shape::Group => {
                    if successor.is_none() {
                        None
                    } else {
                        Some(false)
                    }
                }
                Shape::Function if successor.is_none() => Some(self.callers_stop(at)),
                _ => Some(false),
            },
            _ => Some(false),
        }
    }

    /// Whether what follows `||` ends the script; `check || warn` does not, and `check || warn || exit` does.
    fn fallback_stops(&self, fallback: usize) -> bool {
        let mut at = fallback;
        loop {
            if self.stops_within(at) {
                return true;
            }
            // A successor comes after its command, so that this ends.
            match self.reading.commands.get(at).map(|it| (it.follow, it.successor)) {
                Some((Follow::Or, Some(next))) if next > at => at = next,
                _ => return false,
            }
        }
    }

    /// Whether a holder takes `set -e` away from what it holds.
    fn is_forgiven(&self, command: &Command<'_>) -> bool {
        let mut place = command.place;
        for holder in self.reading.holders(command) {
            if place == ListPlace::Condition || matches!(holder.follow, Follow::Or | Follow::And) {
                return holder.shape != Shape::Function && matches!(holder.follow, Follow::Or);
            }
            place = holder.place;
        }
        false
    }

    /// Whether each caller of a function stops when it fails.
    fn callers_stop(&self, function: usize) -> bool {
        let Some(name) = self.reading.commands.get(function).and_then(|it| it.words.first()) else { return false };
        let mut calls = self.reading.commands.iter().enumerate().filter(|(_, it)| it.name() == Some(&*name.text));
        calls.any(|(at, call)| {
            at > function
                && match call.follow {
                    Follow::Or => call.successor.is_some_and(|next| self.stops_within(next)),
                    Follow::And => true,
                    _ => call.place == ListPlace::Condition || self.errexit(at),
                }
        })
    }
}

/// `exit 0`, `return 0`.
fn is_success(command: &Command<'_>) -> bool {
    command.words.get(1).is_some_and(|status| status.is("0"))
}

/// Commands that succeed without an effect.
pub(super) fn is_idle(command: &Command<'_>) -> bool {
    match command.name() {
        Some("true" | ":" | "echo" | "printf" | "warn" | "log" | "sleep" | "info" | "warning") => true,
        Some("exit" | "return") => is_success(command),
        _ => false,
    }
}

/// Whether the interpreter's own options have `-e`, as in `#!/bin/sh -eu`.
fn shebang_has_e(script: &[u8]) -> bool {
    let first = script.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let Some(line) = std::str::from_utf8(first).ok().and_then(|line| line.strip_prefix("#!")) else { return false };
    line.split_whitespace().skip(1).any(|word| word.starts_with('-') && !word.starts_with("--") && word.contains('e'))
}

/// `set -e` is true, `set +e` is false; by the letter or the name of an option.
fn sets_option(command: &Command<'_>, letter: char, name: &str) -> Option<bool> {
    let (first, options) = command.words.split_first()?;
    let sets = first.is("set") || first.is("shopt") && options.first()?.text.contains('o');
    if !sets {
        return None;
    }
    let mut set = None;
    for (number, option) in options.iter().enumerate() {
        let text = option.literal()?;
        let (on, letters) = match (text.strip_prefix('-'), text.strip_prefix('+')) {
            (Some("-"), _) => break,
            (Some(letters), _) => (true, letters),
            (_, Some(letters)) => (false, letters),
            _ => continue,
        };
        let named = letters.contains('o') && options.get(number + 1).is_some_and(|it| it.is(name));
        if named || letters.contains(letter) {
            set = Some(on);
        }
    }
    set
}
