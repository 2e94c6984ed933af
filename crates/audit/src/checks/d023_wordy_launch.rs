//! Finds launch commands that a harness changes when it collapses their whitespace.
//!
//! BenchFlow 0.7.11 quotes a launch command whole, so quotes and lines are kept. But outside Docker it asks
//! `which FIRST_WORD`, and if that finds a program, it joins the words of the command by one blank each
//! (`benchflow/acp/runtime.py`).

use crate::read::Contents;
use crate::registry_facts::RegistryFacts;

use super::{Check, Diagnostics};

pub(super) const CHECK: Check = Check {
    sentence: "a launch command that begins with a program does the same with its whitespace collapsed",
    example: "launch_cmd = \"mkdir -p ~/.agent\\nexec agent --acp\"",
    help: "join the commands by `&&`, or begin with `set -e`, which is not a program",
    incidents: &[55, 59],
    run: Some(check),
    ..named!()
};

/// First words that `which` does not find: reserved words, and builtins that most images do not have as programs.
const NOT_PROGRAMS: [&str; 24] = [
    "!", ".", ":", "{", "break", "case", "cd", "declare", "eval", "exec", "exit", "export", "for", "if", "local",
    "readonly", "set", "shift", "source", "trap", "umask", "unset", "until", "while",
];

/// What may end a line so that the next one continues it.
const JOINS: [&str; 9] = ["&&", "||", "|", ";", "{", "(", "then", "do", "else"];

fn check(_: &RegistryFacts<'_>, contents: &Contents, findings: &mut Diagnostics) {
    for manifest in &contents.manifests {
        let (Some(script), Some(value)) = (manifest.command("launch_cmd"), manifest.table.text("launch_cmd")) else {
            continue;
        };
        let first = value.value.split_whitespace().next().unwrap_or_default();
        if NOT_PROGRAMS.contains(&first) || first.contains(['=', '(', '"', '\'', '$', '`']) {
            continue;
        }
        if let Some((offset, what)) = changed(value.value) {
            let message = format!("`{first}` is a program, so a harness collapses whitespace, and changes {what}");
            findings.add(&CHECK, &script.place_of(offset), message);
        }
    }
}

/// The first place that collapsing changes, and what it is.
fn changed(text: &str) -> Option<(usize, &'static str)> {
    let end = text.trim_end().len();
    let start = text.len() - text.trim_start().len();
    let mut quote = None;
    let mut before = ' ';
    for (at, char) in text.char_indices().filter(|(at, _)| (start..end).contains(at)) {
        match (quote, char) {
            // Collapsed, a comment reaches to the end of the command.
            (None, '#') if before.is_whitespace() => {
                let continues = text.get(at..end).is_some_and(|rest| rest.contains('\n'));
                return continues.then_some((at, "what follows a comment"));
            }
            (None, '\n') => {
                let line = text.get(..at).unwrap_or_default().trim_end();
                if line.ends_with('\\') {
                    return Some((at - 1, "a line that a backslash continues"));
                }
                if !JOINS.iter().any(|join| line.ends_with(join)) {
                    return Some((at, "the end of a line into a blank"));
                }
            }
            (Some(_), '\n' | '\t') => return Some((at, "a text in quotes")),
            (Some(_), ' ') if before == ' ' => return Some((at, "a text in quotes")),
            (None, '"' | '\'') if before != '\\' => quote = Some(char),
            (Some(open), _) if char == open && (open == '\'' || before != '\\') => quote = None,
            _ => {}
        }
        before = char;
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::checks::fixture::check_manifest;

    #[track_caller]
    fn check(launch: &str, expected: &[&str]) {
        check_manifest("D023", &format!("launch_cmd = '''{launch} '''"), expected);
    }

    #[test]
    fn collapsed_whitespace_keeps_the_meaning_of_a_launch() {
        check("agent --acp", &[]);
        check("/opt/agent   --acp\n", &[]);
        check("agent --name \"a b\" 'c d' e\\ f $HOME;x", &[]);
        check("mkdir -p x && agent", &[]);
        check("mkdir -p x &&\n  agent", &[]);
        check("mkdir -p x;\n\n  agent", &[]);
        check("export PATH=\"$HOME/bin:$PATH\"\nexec agent", &[]);
        check("set -e\nmkdir x\nagent 'a  b' # c\nd", &[]);
        check("A=b agent\nc", &[]);
        check("if true; then\n  agent\nfi", &[]);
        check("mkdir -p x\nagent", &["collapses whitespace, and changes the end of a line into a blank"]);
        check("agent \\\n  --acp", &["changes a line that a backslash continues"]);
        check("agent 'a  b'", &["changes a text in quotes"]);
        check("python -c \"import x\nx.run()\"", &["changes a text in quotes"]);
        check("agent; # a comment\nexec b", &["changes what follows a comment"]);
        check("agent # the last words", &[]);
    }
}
