//! `echo` and `printf`.

use super::super::{Found, add, shown};
use crate::word::Word;

/// `echo` has one option, `-n`, which may be given once.
pub(super) fn check_echo(arguments: &[Word<'_>], found: &mut Found) {
    let is_option = |word: &&Word<'_>| {
        let letters = word.literal().and_then(|text| text.strip_prefix('-')).unwrap_or_default();
        !letters.is_empty() && letters.chars().all(|letter| matches!(letter, 'n' | 'e' | 'E'))
    };
    let rest = match arguments.split_first() {
        Some((first, rest)) if first.is("-n") => rest,
        _ => arguments,
    };
    if let Some(word) = rest.first().filter(is_option) {
        let message = format!("`echo` of dash prints {}: its only option is one `-n`", shown(word));
        add(found, &word.range, message, "use `printf`");
    }
}

pub(super) fn check_printf(arguments: &[Word<'_>], found: &mut Found) {
    let Some((first, rest)) = arguments.split_first() else { return };
    let format = match first.literal() {
        Some("--") => rest.first(),
        Some(option) if option.len() > 1 && option.starts_with('-') => {
            let message = format!("`printf` of dash has no option {}", shown(first));
            let help = if option.starts_with("-v") { "write `x=$(printf …)`" } else { "put `--` before the format" };
            add(found, &first.range, message, help);
            return;
        }
        _ => Some(first),
    };
    if let Some(format) = format {
        check_format(format, found);
    }
}

fn check_format(word: &Word<'_>, found: &mut Found) {
    let mut rest = word.prefix();
    while let Some(at) = rest.find(['%', '\\']) {
        let (_, tail) = rest.split_at(at);
        let mut tail = tail.chars();
        let sign = tail.next();
        let follower = if sign == Some('\\') {
            tail.next()
        } else {
            let spec = tail.as_str().trim_start_matches(|c: char| "#-+ 0123456789.*".contains(c));
            tail = spec.chars();
            tail.next()
        };
        rest = tail.as_str();
        match (sign, follower) {
            (Some('%'), Some(conversion)) if !"diouxXcsbeEfFgGaA%".contains(conversion) => {
                let message = format!("`printf` of dash has no conversion `%{conversion}`");
                let help = match conversion {
                    'q' | 'Q' => "quote with `sed`, or pass the value as an argument",
                    '(' => "use `date +…`",
                    'l' | 'h' | 'z' | 'j' => "remove the length",
                    _ => "use `%s`, `%d` or `%b`",
                };
                add(found, &word.range, message, help);
            }
            (Some('\\'), Some(escape @ ('x' | 'u' | 'U'))) => {
                let message = format!("`printf` of dash prints `\\{escape}` as it is");
                add(found, &word.range, message, "write the character in octal, `\\101`");
            }
            _ => {}
        }
    }
}
