//! The registry's own rules over shell text, and over the size of an install command: same findings, same codes.

use registry_model::rules::{self, MAX_QUOTED_TWICE};
use registry_model::shell;

use shuck_parser::ShellDialect;

use super::Diagnostics;
use super::d001_unread_file::CHECK as UNREAD;
use crate::bash;
use crate::language::Language;
use crate::read::Contents;
use crate::read::script::Script;

/// The rules about what dash does with a script.
const OF_POSIX: [&str; 2] = ["S001", "S002"];

/// Checks every script and command by the rules.
pub(crate) fn check(contents: &Contents, findings: &mut Diagnostics) {
    for script in &contents.scripts {
        lint(script, findings);
    }
    for command in contents.manifests.iter().flat_map(|it| &it.commands) {
        let at_launch = command.key == "launch_cmd";
        lint_as(&command.script, at_launch, findings);
        check_size(&command.script, findings);
    }
}

fn lint(script: &Script, findings: &mut Diagnostics) {
    lint_as(script, false, findings);
}

/// Checks a script; one that starts an agent may write into the agent's own home.
fn lint_as(script: &Script, at_launch: bool, findings: &mut Diagnostics) {
    let bytes = &script.bytes;
    let found = match script.language {
        Language::Posix => {
            if let Some(offset) = shell::find_unread(bytes) {
                let message = "functions are nested more than 100 deep here, and the script is not checked";
                let help = "define the functions beside each other";
                findings.add_with_help(&UNREAD, &script.place_of(offset), message, help);
            }
            let found = shell::lint(bytes);
            if found.iter().any(|it| it.rule == "S001") {
                // dash stops at the break; what comes after it is read as bash.
                let mut found: Vec<_> = found.into_iter().filter(|it| OF_POSIX.contains(&it.rule)).collect();
                found.extend(shell::lint_commands(bytes, bash::commands(bytes), bash::commands));
                found
            } else {
                found
            }
        }
        Language::Bash | Language::Zsh => {
            let dialect = if script.language == Language::Zsh { ShellDialect::Zsh } else { ShellDialect::Bash };
            let read = bash::read(bytes, dialect);
            for skipped in &read.skipped {
                let message = format!("a statement of {} is left out: {}", script.language, skipped.why);
                let help =
                    "correct the statement, or name the language with `--shell`; the rest of the file is checked";
                findings.add_with_help(&UNREAD, &script.place_of(skipped.offset), message, help);
            }
            shell::lint_commands(bytes, read.commands, bash::commands)
        }
        language => {
            let at = Language::template(bytes).map_or(0, |(_, at)| at);
            let message = format!("it is {language}, and its commands are not checked");
            let help = "check the script that it becomes, or name the language with `--shell`";
            return findings.add_with_help(&UNREAD, &script.place_of(at), message, help);
        }
    };
    // The message has the path with the values of constant variables.
    let in_home = |finding: &shell::Diagnostic| {
        finding.rule == "I003"
            && ["$HOME/", "~/"].iter().any(|it| finding.message.contains(&format!("writes to `{it}")))
    };
    for finding in found.iter().filter(|it| !at_launch || !in_home(it)) {
        findings.add_rule(script, finding);
    }
}

/// I007: one argument of `sh -c` after a harness has quoted it twice.
fn check_size(script: &Script, findings: &mut Diagnostics) {
    let bytes = quoted_twice(&script.bytes);
    if bytes <= MAX_QUOTED_TWICE {
        return;
    }
    let help = rules::find("I007").map_or("", |rule| rule.help).to_owned();
    let message =
        format!("the command has {bytes} bytes after it is quoted twice, and the limit is {MAX_QUOTED_TWICE}");
    let finding = shell::Diagnostic { rule: "I007", offset: 0, end: 0, line: 1, column: 1, message, help };
    findings.add_rule(script, &finding);
}

/// The length of a text after two rounds of quoting: a round puts it between two quotes, and makes five characters of
/// each quote in it.
fn quoted_twice(text: &[u8]) -> usize {
    let quotes = text.split(|byte| *byte == b'\'').count() - 1;
    let once = text.len() + 4 * quotes + 2;
    let quotes_then = 3 * quotes + 2;
    once + 4 * quotes_then + 2
}
