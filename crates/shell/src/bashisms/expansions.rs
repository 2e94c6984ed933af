//! Parameters and `${…}` operators that dash does not have.

use super::{Dialect, Found, add, arithmetic};
use crate::reader::Expansion;
use crate::sink::{Expands, Shape};
use crate::text::{quote, slice, without_splices};
use crate::word::Word;

/// Variables that bash sets and dash does not.
static UNSET: &[&str] = &[
    "BASHPID",
    "BASHOPTS",
    "COPROC",
    "DIRSTACK",
    "EPOCHREALTIME",
    "EPOCHSECONDS",
    "EUID",
    "FUNCNAME",
    "GROUPS",
    "HISTCMD",
    "HISTSIZE",
    "HOSTNAME",
    "HOSTTYPE",
    "LINENO",
    "MACHTYPE",
    "MAPFILE",
    "OSTYPE",
    "PIPESTATUS",
    "RANDOM",
    "REPLY",
    "SECONDS",
    "SHELLOPTS",
    "SHLVL",
    "SRANDOM",
    "UID",
];

fn is_unset(name: &str) -> bool {
    UNSET.contains(&name) || name == "BASH" || name.starts_with("BASH_")
}

impl<'a> Dialect<'_, 'a> {
    pub(super) fn check_expansion(&self, expansion: &Expansion<'a>, found: &mut Found) {
        match expansion.what {
            Expands::Arithmetic => arithmetic::check(expansion, found),
            Expands::Dollar => check_dollar(expansion, found),
            Expands::Parameter => {
                let text = without_splices(&expansion.text);
                self.check_variable(expansion, slice(&text, 1, text.len()), found);
            }
            Expands::Braced { name, operator } => self.check_braced(expansion, name, operator, found),
        }
    }

    fn check_variable(&self, expansion: &Expansion<'a>, name: &[u8], found: &mut Found) {
        let name = String::from_utf8_lossy(name);
        if !is_unset(&name) || self.variables.contains(&*name) || self.asks_for_shell(expansion, &name) {
            return;
        }
        let help = match &*name {
            "UID" | "EUID" => "use `$(id -u)`",
            "HOSTNAME" => "use `$(uname -n)`",
            "OSTYPE" | "HOSTTYPE" | "MACHTYPE" => "use `$(uname -s)` or `$(uname -m)`",
            "RANDOM" | "SRANDOM" => "use `$(awk 'BEGIN { srand(); print int(rand() * 32768) }')`",
            "SECONDS" | "EPOCHSECONDS" | "EPOCHREALTIME" => "use `$(date +%s)`",
            "REPLY" => "name a variable after `read`",
            "PIPESTATUS" => "write the status of each command to a file, or avoid the pipe",
            _ => "set it in the script, or remove it",
        };
        add(found, &expansion.range, format!("dash does not set `${name}`"), help);
    }

    /// Whether a script only tests if bash runs it, as careful scripts do at their start.
    fn asks_for_shell(&self, expansion: &Expansion<'a>, name: &str) -> bool {
        let command = expansion.command.and_then(|command| self.reading.commands.get(command));
        let tests = command.and_then(|command| command.words.first()).and_then(Word::literal);
        let asks = matches!(tests, Some("[" | "test")) || command.is_some_and(|command| command.shape == Shape::Case);
        asks && matches!(name, "BASH" | "BASH_VERSION")
    }

    fn check_braced(&self, expansion: &Expansion<'a>, name: usize, operator: usize, found: &mut Found) {
        let text = &*expansion.text;
        let length = slice(text, 2, name).contains(&b'#');
        let parameter = without_splices(slice(text, name, operator));
        let rest = without_splices(slice(text, operator, text.len()));
        let valid = match rest.as_slice() {
            [b'}', ..] | [] => !parameter.is_empty(),
            _ if length || parameter.is_empty() => false,
            [b'-' | b'+' | b'=' | b'?' | b'%' | b'#', ..] | [b':', b'-' | b'+' | b'=' | b'?', ..] => true,
            _ => false,
        };
        if !valid {
            let message = format!("dash rejects `{}` as a bad substitution", quote(text));
            add(found, &expansion.range, message, help(&parameter, &rest));
        } else if !length && !matches!(rest.as_slice(), [b'-' | b'+' | b'=' | b'?' | b':', ..]) {
            self.check_variable(expansion, &parameter, found);
        }
    }
}

fn help(parameter: &[u8], rest: &[u8]) -> &'static str {
    match (parameter, rest) {
        (b"!", _) => "use `eval` with care, or `case`: dash has no indirection",
        (_, [b'^' | b',', ..]) => "use `tr '[:lower:]' '[:upper:]'` or the reverse",
        (_, [b'/', ..]) => "use `sed`, or `${x%…}` and `${x#…}`",
        (b"@" | b"*", [b':', ..]) => "use `shift` in a function or a subshell",
        (_, [b':', ..]) => "use `cut -c`, `${x%…}` or `${x#…}`",
        (_, [b'[', ..]) => "dash has no arrays: use `set --` or several variables",
        ([], _) => "write `$(…)` for commands, or name a parameter",
        _ => "use one of the operators `-`, `=`, `?`, `+`, `%` and `#`",
    }
}

fn check_dollar(expansion: &Expansion<'_>, found: &mut Found) {
    let (construct, help) = match *expansion.text {
        [b'$', b'\''] => ("$'…'", "use `\"$(printf '…')\"`"),
        [b'$', b'"'] => ("$\"…\"", "remove the `$`"),
        _ => ("$[…]", "write `$((…))`"),
    };
    add(found, &expansion.range, format!("dash treats the `$` of `{construct}` as a character"), help);
}
