//! Commands of bash that dash does not have.

use super::{Dialect, Found, add, shown};
use crate::reader::Command;
use crate::word::Word;
use crate::wrappers::{base, unwrap_once};

/// Builtins and reserved words of bash, and what to write instead.
static MISSING: &[(&str, &str)] = &[
    ("[[", "use `[ … ]` and quote its words"),
    ("source", "write `. ./file`"),
    ("let", "write `x=$((…))`"),
    ("declare", "assign without it, or use `export` or `readonly`"),
    ("typeset", "assign without it, or use `export` or `readonly`"),
    ("pushd", "use `cd` in a subshell, `( cd folder && … )`"),
    ("popd", "use `cd` in a subshell, `( cd folder && … )`"),
    ("dirs", "use `pwd`"),
    ("shopt", "remove it: dash has no such options"),
    ("mapfile", "use a `while IFS= read -r line` loop"),
    ("readarray", "use a `while IFS= read -r line` loop"),
    ("disown", "start the command with `nohup`"),
    ("builtin", "use `command`"),
    ("coproc", "use named pipes made by `mkfifo`"),
    ("select", "print the choices and `read` the answer"),
    ("time", "use the program of that name where it is installed, or `times`"),
    ("function", "write `name() { …; }`"),
    ("suspend", "use `kill -STOP $$`"),
    ("caller", "remove it: dash keeps no call stack"),
    ("enable", "remove it: builtins of dash cannot be switched off"),
    ("compgen", "remove it: dash has no completion"),
    ("complete", "remove it: dash has no completion"),
    ("compopt", "remove it: dash has no completion"),
    ("bind", "remove it: dash has no key bindings"),
    ("logout", "use `exit`"),
    ("history", "remove it: dash keeps no history"),
    ("fc", "remove it: dash keeps no history"),
    ("help", "use the manual"),
    ("autoload", "define the function or read its file with `.`"),
    ("whence", "use `command -v`"),
    ("setopt", "use `set`"),
    ("unsetopt", "use `set`"),
];

impl<'a> Dialect<'_, 'a> {
    /// Checks the name of the command: a name that dash does not have, or an assignment that dash reads as a name.
    pub(super) fn check_name(&self, command: &Command<'a>, found: &mut Found) {
        if let Some(first) = command.words.first() {
            check_assignment(first, found);
        }
        let mut words = command.words.as_slice();
        let mut direct = true;
        loop {
            let Some(name) = words.first() else { return };
            self.check_missing(name, direct, found);
            let Some(inner) = unwrap_once(words) else { return };
            // After these, the name is looked up in PATH, where a program may have it.
            direct &= name.literal().is_some_and(|name| matches!(base(name), "command" | "builtin"));
            words = inner;
        }
    }

    fn check_missing(&self, word: &Word<'_>, direct: bool, found: &mut Found) {
        let Some(name) = word.literal() else { return };
        if self.functions.contains(name) || (!direct && name == "time") {
            return;
        }
        if let Some((_, help)) = MISSING.iter().find(|(missing, _)| *missing == name) {
            add(found, &word.range, format!("`{name}` is not a command of dash"), *help);
        }
    }
}

/// `!true`, `x+=y` and `a[0]=x`: words that dash reads as the name of a command.
fn check_assignment(first: &Word<'_>, found: &mut Found) {
    let source = &*first.source;
    if source.first() == Some(&b'!') && source.len() > 1 {
        let message = format!("dash parses {} as the name of a command", shown(first));
        add(found, &first.range, message, "put a space after `!`");
        return;
    }
    let name = source.iter().take_while(|&&byte| crate::text::in_name(byte)).count();
    let (name, rest) = source.split_at_checked(name).unwrap_or_default();
    if !crate::text::is_name(name) {
        return;
    }
    let element = rest.first() == Some(&b'[') && rest.windows(2).any(|pair| pair == b"]=" || pair == b"]+");
    let message = format!("dash parses {} as the name of a command", shown(first));
    if rest.starts_with(b"+=") {
        let name = String::from_utf8_lossy(name);
        add(found, &first.range, message, format!("write `{name}=${name}…`"));
    } else if element {
        add(found, &first.range, message, "dash has no arrays: use `set --` or several variables");
    }
}
