//! POSIX shell as dash reads it: a syntax checker, a parser of commands, and the rules over shell text.
//!
//! This crate does no I/O and has no dependencies; `registry-model` re-exports it as `shell`.
//!
//! ```
//! assert!(registry_shell::check_syntax(b"if true; then echo yes; fi").is_ok());
//! assert!(registry_shell::check_syntax(b"if true; then").is_err());
//! // dash accepts this, and runs it differently from bash.
//! assert!(!registry_shell::find_bashisms(b"echo ${x^^}").is_empty());
//! ```

mod bashisms;
mod complaint;
mod constants;
mod diagnostic;
mod embedded;
mod expand;
mod grammar;
mod heredoc;
mod hygiene;
mod nested;
mod packages;
mod parse;
mod reader;
mod scan;
mod sink;
mod syntax_error;
#[cfg(test)]
mod tests;
mod text;
mod token;
mod word;
mod wrappers;

pub use diagnostic::Diagnostic;
pub use embedded::Embedded;
pub use packages::{Pin, RequestedPackage, requested_packages, split_package};
pub use reader::{Command, Redirection};
pub use sink::{Follow, ListPlace, Operator, Shape};
pub use syntax_error::SyntaxError;
pub use word::Word;

use diagnostic::Diagnostics;
use parse::Parser;
use reader::Reading;
use sink::{NoSink, Sink};

/// Whether `dash -n` accepts a script, and if not, the first syntax error.
///
/// The script is bytes: dash ignores encodings. Memory grows with the depth of nesting, the stack does not.
///
/// # Errors
///
/// The first [`SyntaxError`]. Constructs nested more than 20,000 deep are rejected.
pub fn check_syntax(script: &[u8]) -> Result<(), SyntaxError> {
    observe(script, &mut NoSink)
}

/// The commands of a script, in the order in which they start, up to the first syntax error.
///
/// Commands inside `$(…)`, backquotes and `${…}` are included; [`Command::parent`] is the command that contains them.
/// Texts that a shell parses only at run time (`eval`, `sh -c`, the bodies of here-documents) are not parsed.
pub fn commands(script: &[u8]) -> Vec<Command<'_>> {
    reader::read(script).commands
}

/// Where a script nests functions so deeply that [`commands`] returns none, and the rules about commands find nothing.
pub fn find_unread(script: &[u8]) -> Option<usize> {
    // Most scripts define few functions, and reading is what costs.
    let definitions = script.windows(2).filter(|pair| matches!(pair, [b'(', _])).count();
    if definitions > 100 { reader::unread(script) } else { None }
}

/// Text that dash accepts and runs differently from bash, in source order, up to the first syntax error.
pub fn find_bashisms(script: &[u8]) -> Vec<Diagnostic> {
    let mut findings = Diagnostics::new(script);
    bashisms::check(&reader::read(script), &mut findings);
    findings.finish()
}

/// All findings of the rules over shell text, in source order.
///
/// A script that is passed literally to another shell (`sh -c '…'`, `su -c '…'`, `eval '…'`) is checked as well.
pub fn lint(script: &[u8]) -> Vec<Diagnostic> {
    let reading = reader::read(script);
    let mut findings = Diagnostics::new(script);
    bashisms::check(&reading, &mut findings);
    lint_into(&reading, None, false, NESTED, &mut findings);
    findings.finish()
}

/// The findings of the rules about what a script does to the machine, over commands that another parser read; `read` is
/// that parser, for scripts within the script.
pub fn lint_commands<'a>(script: &'a [u8], commands: Vec<Command<'a>>, read: Read) -> Vec<Diagnostic> {
    let mut findings = Diagnostics::new(script);
    lint_into(&Reading::of(script, commands), Some(read), true, NESTED, &mut findings);
    findings.finish()
}

/// How many levels of scripts within scripts are checked.
const NESTED: usize = 4;

/// Another parser of the commands of a script.
pub type Read = for<'t> fn(&'t [u8]) -> Vec<Command<'t>>;

/// Adds what is wrong with a script and with those that it hands to other shells, but for the bash-isms. The grammar of
/// a `loose` one is not checked.
fn lint_into(reading: &Reading<'_>, read: Option<Read>, loose: bool, depth: usize, findings: &mut Diagnostics<'_>) {
    if let Some(error) = reading.error.as_ref().filter(|_| !loose) {
        let help = if depth == NESTED {
            "`dash -n` rejects it, and dash stops here when it runs the script"
        } else {
            "dash rejects this text when the command runs; `dash -n` does not check it"
        };
        findings.add("S001", &(error.offset..error.offset), error.message.clone(), help);
    }
    hygiene::each_choice(reading, findings, |reading, findings| {
        hygiene::check(reading, findings);
        for inner in nested::scripts(reading).filter(|_| depth > 0) {
            let text = inner.text.as_bytes();
            let mut found = Diagnostics::new(text);
            let inside = read.map_or_else(|| reader::read(text), |read| Reading::of(text, read(text)));
            lint_into(&inside, read, loose || inner.loose, depth - 1, &mut found);
            for it in found.finish() {
                findings.add(it.rule, &inner.outer(&(it.offset..it.end)), it.message, it.help);
            }
        }
    });
}

/// Rule I003: steps that touch what the task owns, in source order.
pub fn find_owned(script: &[u8]) -> Vec<Diagnostic> {
    hygiene::run(script, hygiene::check_owned)
}

/// Rule I004: unverified downloads, and those that are run before they are verified, in source order.
pub fn find_unverified_downloads(script: &[u8]) -> Vec<Diagnostic> {
    hygiene::run(script, hygiene::check_downloads)
}

/// Rule I005: package managers whose output or failure is lost, in source order.
pub fn find_hidden_failures(script: &[u8]) -> Vec<Diagnostic> {
    hygiene::run(script, hygiene::check_hidden)
}

/// Parses a script and calls an observer on its parts, up to the first syntax error.
fn observe<S: Sink>(script: &[u8], sink: &mut S) -> Result<(), SyntaxError> {
    let result = match text::without_nul(script) {
        None => Parser::new(script, None, 0, sink).parse(),
        Some(derived) => Parser::new(&derived.bytes, Some(&derived.origin), 0, sink).parse(),
    };
    result.map_err(|fault| fault.locate(script))
}
