//! Rules I003, I004 and I005 over the text of install steps: what they touch, fetch and hide.

mod checksum;
mod download;
mod global;
mod hidden;
mod managers;
mod owned;
mod paths;
mod sources;
mod status;

use super::constants::Constants;
use super::diagnostic::{Diagnostic, Diagnostics};
use super::reader::{Command, Reading};
use super::word::Word;
use super::wrappers::base;

/// I003, I004 and I005.
pub(super) fn check(reading: &Reading<'_>, findings: &mut Diagnostics<'_>) {
    check_owned(reading, findings);
    check_downloads(reading, findings);
    check_hidden(reading, findings);
}

/// I003: steps that touch what the task owns.
pub(super) fn check_owned(reading: &Reading<'_>, findings: &mut Diagnostics<'_>) {
    owned::check(reading, findings);
}

/// I004: unverified downloads, and those that are run before they are verified.
pub(super) fn check_downloads(reading: &Reading<'_>, findings: &mut Diagnostics<'_>) {
    download::check(reading, findings);
}

/// I005: package managers whose output or failure is lost.
pub(super) fn check_hidden(reading: &Reading<'_>, findings: &mut Diagnostics<'_>) {
    hidden::check(reading, findings);
}

/// One rule over a script.
pub(super) fn run(script: &[u8], rule: fn(&Reading<'_>, &mut Diagnostics<'_>)) -> Vec<Diagnostic> {
    let mut findings = Diagnostics::new(script);
    each_choice(&super::reader::read(script), &mut findings, rule);
    findings.finish()
}

/// Runs rules over a script with the values of its constant variables, once for each value that they may have.
pub(super) fn each_choice(
    reading: &Reading<'_>,
    findings: &mut Diagnostics<'_>,
    rules: impl Fn(&Reading<'_>, &mut Diagnostics<'_>),
) {
    let constants = Constants::new(reading);
    for choice in 0..constants.choices() {
        let mut found = Diagnostics::new(reading.script);
        rules(&constants.reading(choice), &mut found);
        findings.merge(found);
    }
}

/// The words of the program a command runs in the end, and that program's name.
fn program<'w, 'a>(command: &'w Command<'a>) -> Option<(&'w str, &'w [Word<'a>])> {
    command.program()
}

/// The words that are not options.
fn operands<'w, 'a>(arguments: &'w [Word<'a>]) -> impl Iterator<Item = &'w Word<'a>> {
    arguments.iter().filter(|word| !word.text.starts_with('-'))
}

/// The value of an option, written `--name value`, `--name=value`, `-n value` or `-nvalue`.
fn option_value<'w>(arguments: &'w [Word<'_>], names: &[&str]) -> Option<&'w str> {
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        for name in names {
            match word.text.strip_prefix(name) {
                Some("") => return words.next().map(|value| &*value.text),
                Some(value) if name.starts_with("--") => {
                    if let Some(value) = value.strip_prefix('=') {
                        return Some(value);
                    }
                }
                Some(value) => return Some(value),
                None => {}
            }
        }
    }
    None
}

/// Whether one of these words is among the arguments.
fn has(arguments: &[Word<'_>], words: &[&str]) -> bool {
    arguments.iter().any(|word| words.contains(&&*word.text))
}

/// Whether a word is a group of short options with this letter.
fn is_short(word: &Word<'_>, letter: char) -> bool {
    word.text.strip_prefix('-').is_some_and(|letters| !letters.starts_with('-') && letters.contains(letter))
}
