//! Checks one given file by the rules: its bytes and its shell text, as an audit does.

use core::fmt;
use std::path::Path;

use registry_model::model::Registry;

use crate::checks;
use crate::diagnostic::Diagnostic;
use crate::language::Language;
use crate::read::manifest::{COMMANDS, Manifest};
use crate::read::{Contents, Unread, read_one};
use crate::registry_facts::RegistryFacts;
use crate::report::Report;

/// Why a file cannot be linted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LintFailure {
    /// What is wrong with it, as a complete sentence.
    pub why: String,
    /// How to fix it; empty when the text contains it.
    pub help: String,
}

impl fmt::Display for LintFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

/// Checks the bytes of a manifest, whose name ends in `.toml`, or of a script by the rules.
///
/// # Errors
///
/// When a manifest cannot be read, or has no command; when a lock of the registry cannot be read.
pub fn lint(registry: &Registry<'_>, name: &str, bytes: Vec<u8>) -> Result<Vec<Diagnostic>, LintFailure> {
    lint_as(registry, name, bytes, None).map(|report| report.findings)
}

/// The report on one file, with a script read as one language.
///
/// # Errors
///
/// Those of [`lint`].
pub fn lint_as(
    registry: &Registry<'_>,
    name: &str,
    bytes: Vec<u8>,
    language: Option<Language>,
) -> Result<Report, LintFailure> {
    let is_manifest = Path::new(name).extension().is_some_and(|it| it.eq_ignore_ascii_case("toml"));
    let mut contents = read_one(name, bytes, is_manifest);
    contents.read_as(language);
    if is_manifest && let Some((why, help)) = fault(&contents) {
        return Err(LintFailure { why: format!("cannot parse `{name}` as a manifest: {why}"), help: help.to_owned() });
    }
    let facts =
        RegistryFacts::new(registry).map_err(|error| LintFailure { why: error.to_string(), help: error.help() })?;
    Ok(Report { read: contents.counts(), findings: checks::run_for_lint(&facts, &contents) })
}

/// Why a manifest cannot be linted, or only in part.
fn fault(contents: &Contents) -> Option<(String, &'static str)> {
    if let Some(Unread { place, why, .. }) = contents.unread.first() {
        return Some((format!("{why} (line {})", place.line), ""));
    }
    let table = |manifest: &Manifest, key| manifest.table.get(key).is_some_and(|it| it.value.text().is_none());
    let other = COMMANDS.into_iter().find(|key| contents.manifests.iter().any(|it| table(it, key)));
    if let Some(key) = other {
        return Some((format!("`{key}` is not a string"), ""));
    }
    let none = contents.manifests.iter().all(|it| it.commands.is_empty());
    let help = "rename a script so that it does not end in `.toml`";
    none.then(|| ("it has neither `install_cmd` nor `launch_cmd`".to_owned(), help))
}

/// The places of the findings in a text, for tests.
#[cfg(test)]
pub(crate) fn lint_text(text: &str, name: &str) -> Vec<(&'static str, usize, usize)> {
    let found = lint(&Registry::EMPTY, name, text.as_bytes().to_vec()).expect("it can be read");
    found.iter().map(|it| (it.code, it.line, it.column)).collect()
}

#[cfg(test)]
mod tests {
    use registry_model::model::Registry;

    use super::*;

    const NOTHING: Registry<'static> =
        Registry { agents: &[], providers: &[], families: &[], extends: None, folder: "" };

    #[track_caller]
    fn check_finds(name: &str, text: &str, expected: &[(&str, usize, usize)]) {
        let found = lint(&NOTHING, name, text.as_bytes().to_vec()).expect("it can be read");
        let found: Vec<_> = found.iter().map(|it| (it.code, it.line, it.column)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn findings_have_the_lines_of_the_manifest() {
        check_finds(
            "manifest.toml",
            "name = 'a'\ninstall_cmd = '''\necho a\nsource x\n'''\nlaunch_cmd = 'source y; cp a /usr/bin/b'\n",
            &[("S002", 4, 1), ("I003", 6, 30)],
        );
        check_finds("manifest.toml", "install_cmd = \"echo a\\nsource x\"\n", &[("S002", 1, 16)]);
        check_finds("x.TOML", "install_cmd = \"\"\"\necho \\\"a\\\"\nsource x\n\"\"\"\n", &[("S002", 3, 1)]);
    }

    #[test]
    fn other_files_are_rejected_as_manifests() {
        for text in ["name = 'a'\n", "install_cmd = 3\n", "install_cmd = \n", "launch_cmd = 'a'\ninstall_cmd = []\n"] {
            let refused = lint(&NOTHING, "x/manifest.toml", text.into()).expect_err("it is not a manifest");
            assert!(refused.why.contains("`x/manifest.toml`"), "{refused}");
        }
        let refused = lint(&NOTHING, "x.toml", b"install_cmd = '\xff'".to_vec()).expect_err("it is not text");
        assert!(refused.why.ends_with("it is not UTF-8 (line 1)"), "{refused}");
    }

    #[test]
    fn a_script_is_read_as_its_language() {
        let rest = "x=(a b)\nfunction f { echo \"$1\"; }\nwhile read -r a; do :; done < <(ls)\ncp a /usr/bin/a\n";
        check_finds("a.sh", &format!("#!/bin/bash\n{rest}"), &[("I003", 5, 6)]);
        check_finds("a.bash", rest, &[("I003", 4, 6)]);
        check_finds("a.sh", &format!("#!/usr/bin/env -S zsh -f\n{rest}"), &[("I003", 5, 6)]);
        check_finds("a.sh", "#!/bin/bash\necho )\ncp a /usr/bin/a\n", &[("D001", 2, 1), ("I003", 3, 6)]);
        check_finds("a.sh", "#!/bin/sh\necho $${name}\ncp a /usr/bin/a\n", &[("D001", 2, 6)]);
        check_finds("a.sh", "#!/bin/sh\n{% if x %}\ncp a /usr/bin/a\n{% endif %}\n", &[("D001", 2, 1)]);
        check_finds("a.sh", "#!/usr/bin/fish\ncp a /usr/bin/a\n", &[("D001", 1, 1)]);
        let read =
            |language| lint_as(&NOTHING, "a.sh", b"[[ -d x ]]\n".to_vec(), Some(language)).map(|it| it.findings.len());
        assert_eq!((read(Language::Posix), read(Language::Bash)), (Ok(1), Ok(0)));
    }

    #[test]
    fn what_is_not_understood_is_left_out_and_the_rest_is_read() {
        let script = "#!/bin/bash\nif true; then\n  echo (\nfi\ncp a /usr/bin/a\nx=$((1 +\ncp b /usr/bin/b\n";
        let found = lint(&NOTHING, "a.sh", script.into()).expect("it can be read");
        assert!(found.iter().any(|it| it.code == "I003" && it.line == 5), "{found:#?}");
        assert!(found.iter().any(|it| it.code == "D001"), "{found:#?}");
    }

    #[test]
    fn functions_that_nest_too_deeply_are_reported_as_unread() {
        let script = |depth: usize| format!("{}cp a /usr/bin/a\n{}", "f() {\n".repeat(depth), "}\n".repeat(depth));
        check_finds("a.sh", &script(100), &[("I003", 101, 6)]);
        check_finds("a.sh", &script(101), &[("D001", 101, 1)]);
    }

    #[test]
    fn audit_and_lint_report_the_same_findings_for_a_file() {
        let bash = "#!/bin/bash\n[[ -d x ]]\nmkdir /usr/local/x\n";
        check_finds("a.sh", bash, &[("I003", 3, 7)]);
        check_finds("a.sh", bash.strip_prefix("#!/bin/bash\n").unwrap_or(bash), &[("S002", 1, 1), ("I003", 2, 7)]);
        check_finds("a.sh", "\u{feff}echo a\r\nsource x\n", &[("D002", 1, 1), ("D002", 1, 1), ("S002", 2, 1)]);
        let large = format!("install_cmd = '''\n# {}\n'''\n", "x".repeat(140_000));
        check_finds("a.toml", &large, &[("I007", 2, 1)]);
    }
}
