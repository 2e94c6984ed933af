//! Options and operands that the builtins of dash reject or misread.

use super::{Dialect, Found, add, conditions, shown};
use crate::reader::Command;
use crate::text::is_name;
use crate::word::Word;
use crate::wrappers::unwrap_once;

mod output;
mod signals;

pub(crate) use signals::is_signal;

/// The options of each builtin of dash, with a colon after those that have a value.
fn options(name: &str) -> Option<&'static str> {
    Some(match name {
        "read" => "p:r",
        "export" | "readonly" => "p",
        "unset" => "fv",
        "wait" | "trap" => "",
        "jobs" => "lp",
        "hash" => "r",
        "cd" | "chdir" | "pwd" => "LP",
        "command" => "pvV",
        "ulimit" => "HSacdflmnprstvw",
        "umask" => "S",
        "unalias" => "a",
        _ => return None,
    })
}

/// The letters of `set`; `-E` and `-V`, which choose an editor, are reported.
const SET_LETTERS: &str = "abefimnpsuvxCI";

/// The names after `set -o`.
static SET_NAMES: &[&str] = &[
    "allexport",
    "debug",
    "emacs",
    "errexit",
    "ignoreeof",
    "interactive",
    "monitor",
    "noclobber",
    "noexec",
    "noglob",
    "nolog",
    "notify",
    "nounset",
    "privileged",
    "stdin",
    "verbose",
    "vi",
    "xtrace",
];

impl<'a> Dialect<'_, 'a> {
    pub(super) fn check_builtin(&self, index: usize, command: &Command<'a>, found: &mut Found) {
        let mut words = command.words.as_slice();
        loop {
            let Some((first, arguments)) = words.split_first() else { return };
            let Some(name) = first.literal() else { return };
            if self.functions.contains(name) {
                return;
            }
            self.check_arguments(index, first, arguments, found);
            match unwrap_once(words) {
                Some(inner) if matches!(name, "command" | "builtin") => words = inner,
                _ => return,
            }
        }
    }

    fn check_arguments(&self, index: usize, first: &Word<'a>, arguments: &[Word<'a>], found: &mut Found) {
        let name = first.literal().unwrap_or_default();
        let operands = match options(name) {
            Some(letters) => check_options(name, letters, arguments, found),
            None => arguments,
        };
        match name {
            "read" => check_read(first, operands, found),
            "export" | "readonly" => check_variable_names(name, operands, found),
            "unset" if !arguments.first().is_some_and(|word| word.is("-f")) => {
                check_variable_names(name, operands, found);
            }
            "local" => self.check_local(index, first, arguments, found),
            "set" => check_set(arguments, found),
            "echo" => output::check_echo(arguments, found),
            "printf" => output::check_printf(arguments, found),
            "trap" => signals::check_trap(operands, found),
            "kill" => signals::check_kill(arguments, found),
            "test" => conditions::check(arguments, found),
            "[" => conditions::check(arguments.split_last().map_or(arguments, |(_, inner)| inner), found),
            "type" | "exec" | "alias" => {
                if let Some(word) = arguments.first().filter(|word| word.text.starts_with('-')) {
                    let message = format!("`{name}` of dash has no options and parses {} as a name", shown(word));
                    let help = if name == "type" { "use `command -v` or `command -V`" } else { "remove the option" };
                    add(found, &word.range, message, help);
                }
            }
            "exit" | "return" | "shift" | "break" | "continue" => check_number(name, arguments, found),
            "." => {
                if let Some(word) = arguments.get(1) {
                    let message = format!("`.` of dash ignores the argument {}", shown(word));
                    add(found, &word.range, message, "set variables before it, or use `set --`");
                }
            }
            _ => {}
        }
    }

    fn check_local(&self, index: usize, first: &Word<'a>, arguments: &[Word<'a>], found: &mut Found) {
        if !self.reading.commands.get(index).is_some_and(|command| self.in_function(command)) {
            add(found, &first.range, "`local` outside a function is an error in dash", "assign without it");
        }
        let names = arguments.iter().filter(|word| !word.is("-"));
        for word in names {
            if word.text.starts_with('-') {
                let message = format!("`local` of dash has no options and parses {} as a variable", shown(word));
                add(found, &word.range, message, "remove the option");
            } else {
                check_variable_names("local", std::slice::from_ref(word), found);
            }
        }
    }
}

/// Reports options that `name` does not have; returns the operands after the options.
fn check_options<'w, 'a>(name: &str, known: &str, arguments: &'w [Word<'a>], found: &mut Found) -> &'w [Word<'a>] {
    let mut rest = arguments;
    while let Some((word, tail)) = rest.split_first() {
        let Some(letters) = word.literal().and_then(|text| text.strip_prefix('-')).filter(|text| !text.is_empty())
        else {
            return rest;
        };
        rest = tail;
        if letters == "-" {
            return rest;
        }
        let mut letters = letters.chars();
        while let Some(letter) = letters.next() {
            match known.split_once(letter) {
                Some((_, after)) if letter != ':' && after.starts_with(':') => {
                    if letters.next().is_none() {
                        rest = rest.split_first().map_or(rest, |(_, tail)| tail);
                    }
                    break;
                }
                Some(_) if letter != ':' => {}
                _ => {
                    let message = format!("`{name}` of dash has no option `-{letter}`");
                    add(found, &word.range, message, option_help(name, letter));
                    // The next word may be the option's value, so it is not checked.
                    return &[];
                }
            }
        }
    }
    rest
}

fn option_help(name: &str, letter: char) -> &'static str {
    match (name, letter) {
        ("read", 's') => "use `stty -echo` before it and `stty echo` after it",
        ("read", 'a') => "read into several variables, or use `set --`",
        ("read", 't') => "use the program `timeout`, or no time limit",
        ("read", 'd') => "turn the separators into newlines with `tr`",
        ("read", 'n' | 'N') => "use `dd bs=1 count=1`",
        ("export", 'f') => "put the function in a file and read it with `.`",
        ("export", 'n') => "use `unset`, or assign to a new variable",
        ("wait", _) => "wait for each process by its id",
        ("trap", 'p') => "use `trap` without arguments",
        _ => "remove the option",
    }
}

fn check_read(first: &Word<'_>, operands: &[Word<'_>], found: &mut Found) {
    check_variable_names("read", operands, found);
    if operands.is_empty() && !found.iter().any(|(range, ..)| range.start >= first.range.start) {
        add(found, &first.range, "`read` of dash needs the name of a variable", "write `read -r line`");
    }
}

/// Reports invalid names: `a[0]`, `x+=1`, `a-b=1`.
fn check_variable_names(builtin: &str, operands: &[Word<'_>], found: &mut Found) {
    for word in operands {
        let name = word.text.split('=').next().unwrap_or_default();
        let expands = !word.literal && name.contains(['$', '`']);
        if !expands && !is_name(name.as_bytes()) {
            let message = format!("`{builtin}` of dash rejects {}, which is not a variable name", shown(word));
            let help = if name.ends_with('+') {
                "write the old value explicitly, `x=$x…`"
            } else {
                "use letters, digits and `_`"
            };
            add(found, &word.range, message, help);
        }
    }
}

fn check_set(arguments: &[Word<'_>], found: &mut Found) {
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let Some(letters) = word.literal().and_then(|text| text.strip_prefix(['-', '+'])) else { return };
        if letters == "-" || letters.is_empty() {
            return;
        }
        if let Some(letter) = letters.chars().find(|&letter| letter != 'o' && !SET_LETTERS.contains(letter)) {
            let message = match letter {
                'E' | 'V' => format!("`set -{letter}` of dash chooses an editor for the command line"),
                _ => format!("`set` of dash has no option `-{letter}`"),
            };
            let help = if letter == 'A' { "dash has no arrays: use `set --`" } else { "remove the option" };
            add(found, &word.range, message, help);
            return;
        }
        if letters.contains('o') {
            let Some(name) = words.next() else { return };
            if let Some(text) = name.literal().filter(|text| !SET_NAMES.contains(text)) {
                let message = format!("`set` of dash has no option `-o {text}`: the script ends here");
                let help = if text == "pipefail" {
                    "remove it; write to a file instead of a pipe where the status matters"
                } else {
                    "remove the option"
                };
                add(found, &name.range, message, help);
            }
        }
    }
}

fn check_number(name: &str, arguments: &[Word<'_>], found: &mut Found) {
    let Some(word) = arguments.first() else { return };
    if word.text.strip_prefix('-').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
        let message = format!("`{name}` of dash rejects the number {}", shown(word));
        add(found, &word.range, message, "use a number from 0 to 255");
    }
}
