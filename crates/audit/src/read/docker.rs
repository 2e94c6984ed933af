//! Dockerfiles: the text of each `RUN`, in the language that `SHELL` names.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::script::{Origin, Script};
use crate::language::Language;
use crate::source::Source;

/// Distributions whose `/bin/sh` is bash, by a part of their images' names.
const BASH_AS_SH: [&str; 11] = [
    "almalinux",
    "amazonlinux",
    "archlinux",
    "centos",
    "fedora",
    "manylinux",
    "opensuse",
    "oraclelinux",
    "redhat",
    "rocky",
    "ubi",
];

/// The scripts of a Dockerfile.
pub(crate) fn scripts(source: &Source) -> Vec<Script> {
    let mut reader = Reader {
        file: &source.file,
        escape: escape(source),
        shell: Language::Posix,
        stages: BTreeMap::new(),
        stage: None,
        scripts: Vec::new(),
    };
    let lines: Vec<&str> = source.lines().map(|(_, line)| line).collect();
    let mut at = 0;
    while at < lines.len() {
        at = reader.instruction(&lines, at);
    }
    reader.scripts
}

struct Reader<'s> {
    file: &'s Rc<str>,
    escape: char,
    shell: Language,
    /// The shell of each stage with a name, and of the one that is read.
    stages: BTreeMap<String, Language>,
    stage: Option<String>,
    scripts: Vec<Script>,
}

/// The character that continues a line: `# escape=` names another one at the top.
fn escape(source: &Source) -> char {
    let directives = source.lines().map_while(|(_, line)| line.trim().strip_prefix('#'));
    let named =
        directives.filter_map(|it| it.split_once('=')).find(|(name, _)| name.trim().eq_ignore_ascii_case("escape"));
    named.and_then(|(_, value)| value.trim().chars().next()).unwrap_or('\\')
}

impl Reader<'_> {
    /// Reads the instruction at a line; the line after it.
    fn instruction(&mut self, lines: &[&str], first: usize) -> usize {
        let line = lines.get(first).copied().unwrap_or_default();
        let trimmed = line.trim_start();
        let (word, rest) = trimmed.split_once([' ', '\t']).unwrap_or((trimmed, ""));
        if trimmed.is_empty() || trimmed.starts_with('#') {
            return first + 1;
        }
        // A comment or a blank line within an instruction is left out by the builder.
        let mut text = vec![rest.to_owned()];
        let mut next = first + 1;
        let mut continues = line.trim_end().ends_with(self.escape);
        while continues && let Some(line) = lines.get(next) {
            let is_left_out = line.trim().is_empty() || line.trim_start().starts_with('#');
            text.push(if is_left_out { self.escape.to_string() } else { (*line).to_owned() });
            continues = is_left_out || line.trim_end().ends_with(self.escape);
            next += 1;
        }
        let column = line.len() - trimmed.len() + word.len() + 1;
        let origin = Origin::Lines { line: first + 1, column: line.chars().count().min(column) + 1, indent: 0 };
        match word.to_ascii_uppercase().as_str() {
            "FROM" => self.from(rest),
            "SHELL" => self.shell = shell_of(&text.join(" ")),
            "RUN" => return self.run(&text, lines, next, origin),
            _ => {}
        }
        next
    }

    fn from(&mut self, rest: &str) {
        self.keep();
        let mut words = rest.split_whitespace().filter(|word| !word.starts_with("--"));
        let image = words.next().unwrap_or_default().to_lowercase();
        let is_bash = BASH_AS_SH.iter().any(|name| image.contains(name));
        let default = if is_bash { Language::Bash } else { Language::Posix };
        self.shell = self.stages.get(&image).copied().unwrap_or(default);
        self.stage = words.nth(1).map(str::to_lowercase);
    }

    /// Keeps the shell of the stage that ends, for those that begin from it.
    fn keep(&mut self) {
        if let Some(stage) = self.stage.take() {
            self.stages.insert(stage, self.shell);
        }
    }

    /// Reads a `RUN`; the line after it.
    fn run(&mut self, text: &[String], lines: &[&str], next: usize, origin: Origin) -> usize {
        if self.escape != '\\' {
            return next;
        }
        let first = text.first().map_or("", String::as_str);
        let options = options(first);
        let command = first.get(options..).unwrap_or_default();
        if let Some(delimiter) = here_document(command) {
            let body: Vec<&str> = lines
                .iter()
                .skip(next)
                .take_while(|line| line.trim_start_matches('\t') != delimiter)
                .copied()
                .collect();
            let length = body.len();
            let body = body.join("\n");
            let language = if body.starts_with("#!") { Language::of("", body.as_bytes()) } else { self.shell };
            let origin = Origin::Lines { line: next + 1, column: 1, indent: 0 };
            self.scripts.push(Script::within(self.file, body.into_bytes(), language, origin));
            return next + length + 1;
        }
        let rest: String = text.iter().skip(1).flat_map(|line| ["\n", line]).collect();
        if command.starts_with('[') {
            self.exec_form(&format!("{command}{rest}"), origin);
            return next;
        }
        let origin = match origin {
            Origin::Lines { line, column, indent } => {
                Origin::Lines { line, column: column + first.get(..options).map_or(0, |it| it.chars().count()), indent }
            }
            other => other,
        };
        self.scripts.push(Script::within(self.file, format!("{command}{rest}\n").into_bytes(), self.shell, origin));
        next
    }

    /// `RUN ["bash", "-c", "…"]`: the text is a script of the shell that it names.
    fn exec_form(&mut self, text: &str, origin: Origin) {
        let Ok(words) = serde_json::from_str::<Vec<String>>(&text.replace("\\\n", "\n")) else { return };
        let [program, options @ .., script] = words.as_slice() else { return };
        if options.iter().any(|it| it.starts_with('-') && it.ends_with('c')) {
            let origin = Origin::Start(origin.line());
            let script = script.clone().into_bytes();
            self.scripts.push(Script::within(self.file, script, language_of(program), origin));
        }
    }
}

/// The length of the options of a `RUN` (`--mount=…`), and of the blanks after them.
fn options(text: &str) -> usize {
    let mut rest = text.trim_start();
    while rest.starts_with("--") {
        let Some((_, after)) = rest.split_once([' ', '\t']) else { break };
        rest = after.trim_start();
    }
    text.len() - rest.len()
}

/// The delimiter of a `RUN` that is a here-document alone.
fn here_document(command: &str) -> Option<&str> {
    let word = command.trim().strip_prefix("<<")?.trim_start_matches('-').trim_matches(['"', '\'']);
    let plain = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    plain.then_some(word)
}

/// The language of the shell that an instruction `SHELL` names.
fn shell_of(text: &str) -> Language {
    let words: Vec<String> = serde_json::from_str(text.trim()).unwrap_or_default();
    words.first().map_or(Language::Other, |program| language_of(program))
}

fn language_of(program: &str) -> Language {
    Language::of("", format!("#!{program}\n").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each script with the place and the language of its last word.
    #[track_caller]
    fn check(text: &str, expected: &[(&str, usize, usize, Language)]) {
        let scripts = scripts(&Source::new(&"Dockerfile".into(), text.to_owned()));
        let found: Vec<_> = scripts.iter().map(Script::last_word).collect();
        let expected: Vec<_> = expected.iter().map(|it| (it.0.to_owned(), it.1, it.2, it.3)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn runs_are_read_at_their_places() {
        use Language::{Bash, Other, Posix};
        check("FROM debian\nRUN echo a\n", &[("a", 2, 10, Posix)]);
        check("FROM debian\n  run  echo a && \\\n    b\n", &[("b", 3, 5, Posix)]);
        check("FROM debian\nRUN a && \\\n# c\n\n  b\nRUN d\n", &[("b", 5, 3, Posix), ("d", 6, 5, Posix)]);
        check("RUN --mount=type=cache,target=/x --network=none a b\n", &[("b", 1, 51, Posix)]);
        check(
            "SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN a\nFROM x\nRUN b\n",
            &[("a", 2, 5, Bash), ("b", 4, 5, Posix)],
        );
        check("FROM x AS one\nSHELL [\"bash\", \"-c\"]\nFROM one\nRUN a\n", &[("a", 4, 5, Bash)]);
        check("FROM fedora:42\nRUN a\n", &[("a", 2, 5, Bash)]);
        check("SHELL [\"powershell\", \"-Command\"]\nRUN a\n", &[("a", 2, 5, Other)]);
        check("RUN <<EOF\na\nb c\nEOF\nRUN d\n", &[("c", 3, 3, Posix), ("d", 5, 5, Posix)]);
        check("RUN <<'EOF'\n#!/bin/bash\na b\nEOF\n", &[("b", 3, 3, Bash)]);
        check("RUN [\"bash\", \"-lc\", \"a b\"]\nRUN [\"a\", \"b\"]\n", &[("b", 1, 1, Bash)]);
        check("# escape=`\nRUN a `\n b\n", &[]);
        check("COPY a b\nENV A=b\nRUN", &[("", 3, 4, Posix)]);
    }
}
