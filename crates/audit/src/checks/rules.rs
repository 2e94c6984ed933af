//! The registry's own rules over shell text, and over the size of an install command: same findings, same codes.

use registry_model::rules::{self, MAX_QUOTED_TWICE};
use registry_model::shell;

use super::Findings;
use crate::read::Contents;
use crate::read::script::Script;

/// The rules that do not apply to a shell other than POSIX.
const OF_POSIX: [&str; 2] = ["S001", "S002"];

/// Checks every script and command by the rules.
pub(crate) fn check(contents: &Contents, findings: &mut Findings) {
    for script in &contents.scripts {
        lint(script, script.is_for_another_shell(), findings);
    }
    for script in contents.manifests.iter().flat_map(|it| &it.commands).map(|it| &it.script) {
        lint(script, false, findings);
        check_size(script, findings);
    }
}

fn lint(script: &Script, is_for_another_shell: bool, findings: &mut Findings) {
    for finding in shell::lint(&script.bytes) {
        if is_for_another_shell && OF_POSIX.contains(&finding.rule) {
            continue;
        }
        findings.add_rule(&script.place(finding.line, finding.column), &finding);
    }
}

/// I007: one argument of `sh -c` after a harness has quoted it twice.
fn check_size(script: &Script, findings: &mut Findings) {
    let bytes = quoted_twice(&script.bytes);
    if bytes <= MAX_QUOTED_TWICE {
        return;
    }
    let help = rules::find("I007").map_or("", |rule| rule.help).to_owned();
    let message =
        format!("the command has {bytes} bytes after it is quoted twice, and the limit is {MAX_QUOTED_TWICE}");
    let finding = shell::Finding { rule: "I007", offset: 0, end: 0, line: 1, column: 1, message, help };
    findings.add_rule(&script.place(1, 1), &finding);
}

/// The length of a text after two rounds of quoting: a round puts it between two quotes, and makes five characters of
/// each quote in it.
fn quoted_twice(text: &[u8]) -> usize {
    let quotes = text.split(|byte| *byte == b'\'').count() - 1;
    let once = text.len() + 4 * quotes + 2;
    let quotes_then = 3 * quotes + 2;
    once + 4 * quotes_then + 2
}
