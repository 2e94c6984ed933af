//! The language of a script: by its first line, the end of its name, and what only templates contain.

use core::fmt;

/// What a script is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// The POSIX shell, as dash reads it.
    Posix,
    /// bash.
    Bash,
    /// zsh.
    Zsh,
    /// Another program's, which is not read.
    Other,
    /// A template of Terraform, which becomes a script when it is filled in; it is not read.
    Terraform,
    /// A template of Jinja; it is not read.
    Jinja,
}

impl Language {
    /// The language of a file: of its first line, or else of its name.
    pub fn of(name: &str, script: &[u8]) -> Self {
        if let Some((template, _)) = Self::template(script) {
            return template;
        }
        let first = script.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let first = std::str::from_utf8(first).unwrap_or_default();
        if let Some(line) = first.strip_prefix("#!") {
            let mut words = line.split_whitespace().map(|word| word.rsplit('/').next().unwrap_or_default());
            let program = words.find(|word| *word != "env" && !word.starts_with('-') && !word.contains('='));
            return match program.unwrap_or_default() {
                "sh" | "dash" | "ash" | "busybox" | "" => Self::Posix,
                "bash" | "rbash" | "ksh" | "mksh" | "bats" => Self::Bash,
                "zsh" => Self::Zsh,
                _ => Self::Other,
            };
        }
        let directive = |shell: &str| first.starts_with('#') && first.contains(&format!("shellcheck shell={shell}"));
        match name.rsplit('.').next() {
            Some("bash") => Self::Bash,
            Some("zsh") => Self::Zsh,
            _ if directive("bash") => Self::Bash,
            _ => Self::Posix,
        }
    }

    /// The template that a script is, and where that shows.
    pub(crate) fn template(script: &[u8]) -> Option<(Self, usize)> {
        let text = String::from_utf8_lossy(script);
        let mut offset = 0;
        for line in text.split_inclusive('\n') {
            let code = line.trim_start();
            if !code.starts_with('#') {
                // `$$` is a process of the shell, and `$${` is nothing that it has.
                if let Some(at) = line.find("$${").or_else(|| directive(line, "%{", "}")) {
                    return Some((Self::Terraform, offset + at));
                }
                if let Some(at) = line.find("{%").filter(|at| line.get(*at..).is_some_and(|it| it.contains("%}"))) {
                    return Some((Self::Jinja, offset + at));
                }
                if let Some(at) = line.find("{{ ").filter(|at| is_jinja(line.get(*at..).unwrap_or_default())) {
                    return Some((Self::Jinja, offset + at));
                }
            }
            offset += line.len();
        }
        None
    }

    /// Whether it is a shell whose scripts are read.
    pub(crate) const fn is_read(self) -> bool {
        matches!(self, Self::Posix | Self::Bash | Self::Zsh)
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Posix => "sh",
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Other => "another language",
            Self::Terraform => "a template of Terraform",
            Self::Jinja => "a template of Jinja",
        })
    }
}

/// `%{ if … }` at the start of a line.
fn directive(line: &str, open: &str, close: &str) -> Option<usize> {
    let code = line.trim_start();
    let inner = code.strip_prefix(open)?.trim_start_matches(['~', ' ']);
    let named = ["if ", "else", "endif", "for ", "endfor"].iter().any(|word| inner.starts_with(word));
    (named && inner.contains(close)).then(|| line.len() - code.len())
}

/// `{{ name }}` or `{{ name | filter }}`; templates of Go begin with a dot.
fn is_jinja(text: &str) -> bool {
    let Some((inner, _)) = text.strip_prefix("{{ ").and_then(|it| it.split_once("}}")) else { return false };
    let name = inner.split('|').next().unwrap_or_default().trim();
    name.starts_with(|char: char| char.is_ascii_alphabetic())
        && name.chars().all(|char| char.is_ascii_alphanumeric() || "_.[]'".contains(char))
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[track_caller]
    fn check(name: &str, script: &str, language: Language) {
        assert_eq!(Language::of(name, script.as_bytes()), language, "{name}: {script}");
    }

    #[test]
    fn the_language_is_that_of_the_first_line() {
        check("a.sh", "echo", Language::Posix);
        check("a.sh", "#!/bin/sh -eu\n", Language::Posix);
        check("a.sh", "#!/bin/busybox sh\n", Language::Posix);
        check("a.sh", "#!/usr/bin/env bash\n", Language::Bash);
        check("a.sh", "#! /bin/bash -e\n", Language::Bash);
        check("a.sh", "#!/usr/bin/env -S bash -e\n", Language::Bash);
        check("a.bash", "echo", Language::Bash);
        check("a.sh", "# shellcheck shell=bash\n", Language::Bash);
        check("a.sh", "#!/bin/zsh\n", Language::Zsh);
        check("a.sh", "#!/usr/bin/python3\n", Language::Other);
    }

    #[test]
    fn templates_are_recognised() {
        check("a.sh", "#!/bin/sh\necho $${x}\n", Language::Terraform);
        check("a.sh", "%{ if x ~}\necho\n%{ endif ~}\n", Language::Terraform);
        check("a.sh", "#!/bin/bash\n{% if x %}\n", Language::Jinja);
        check("a.sh", "echo {{ version }}\n", Language::Jinja);
        check("a.sh", "echo {{ a.b | c }}\n", Language::Jinja);
        check("a.sh", "echo $$ ${x%{*} '{{.Names}}' '{{ .Names }}'\n# {% x %}\n", Language::Posix);
        check("a.sh", "curl -w '%{http_code}'\n", Language::Posix);
    }
}
