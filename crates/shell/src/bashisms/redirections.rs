//! Redirections that dash parses differently from bash.

use super::{Found, add, shown};
use crate::reader::{Command, Reading, Redirection};
use crate::sink::Operator;
use crate::word::Word;

pub(super) fn check(reading: &Reading<'_>, command: &Command<'_>, found: &mut Found) {
    for redirection in &command.redirections {
        check_ampersand(reading.script, redirection, found);
        check_descriptor(&command.words, redirection, found);
        if let Some(target) = &redirection.target {
            check_target(redirection, target, found);
        }
    }
}

/// `&>file` is `&`, then `>file`.
fn check_ampersand(script: &[u8], redirection: &Redirection<'_>, found: &mut Found) {
    let before = script.get(..redirection.offset).unwrap_or_default();
    let output = redirection.operator.writes() || redirection.operator == Operator::DuplicateOutput;
    if redirection.fd.is_none() && output && before.ends_with(b"&") && !before.ends_with(b"&&") {
        let message = "dash runs the command before `&>` in the background and empties the file";
        let range = redirection.offset.saturating_sub(1)..redirection.offset + 1;
        add(found, &range, message, "write `>file 2>&1`");
    }
}

/// `10>file` and `{fd}>file`, whose descriptor is an argument to dash.
fn check_descriptor(words: &[Word<'_>], redirection: &Redirection<'_>, found: &mut Found) {
    let Some(word) = words.iter().find(|word| word.range.end == redirection.offset) else { return };
    let help = "use a descriptor from 0 to 9, right before the operator";
    match &*word.source {
        digits if digits.len() > 1 && digits.iter().all(u8::is_ascii_digit) => {
            let message = format!("dash parses {} as an argument: its descriptors have one digit", shown(word));
            add(found, &word.range, message, help);
        }
        [b'{', name @ .., b'}'] if crate::text::is_name(name) => {
            let message = format!("dash parses {} as an argument: it cannot choose a descriptor", shown(word));
            add(found, &word.range, message, help);
        }
        _ => {}
    }
}

fn check_target(redirection: &Redirection<'_>, target: &Word<'_>, found: &mut Found) {
    match redirection.operator {
        Operator::DuplicateInput | Operator::DuplicateOutput => {
            let Some(descriptor) = target.literal() else { return };
            if descriptor == "-" || matches!(descriptor.as_bytes(), [b'0'..=b'9']) {
                return;
            }
            let help = match descriptor.strip_suffix('-') {
                Some(_) => "duplicate the descriptor, then close the old one with `n>&-`",
                None if descriptor.bytes().all(|byte| byte.is_ascii_digit()) => "use a descriptor from 0 to 9",
                None => "write `>file 2>&1`",
            };
            let message = format!("dash rejects {} after `>&` or `<&`: it is not a descriptor", shown(target));
            add(found, &target.range, message, help);
        }
        Operator::Here | Operator::HereStripped | Operator::HereString => {}
        _ => {
            if ["/dev/tcp/", "/dev/udp/"].iter().any(|folder| target.prefix().starts_with(folder)) {
                let message = format!("dash opens {} as a file, which does not exist", shown(target));
                add(found, &target.range, message, "use `nc` or another program that opens connections");
            }
        }
    }
}
