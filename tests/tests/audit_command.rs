//! `audit` and `explain` as a user runs them: lines for people, JSON, exit statuses, and the page about it.

#![allow(clippy::expect_used, reason = "a test panics on failure")]

use std::fs;

use registry_audit::checks;
use registry_tests::{Run, names_in, read, run_self, workspace};
use serde_json::Value;

const SAMPLE: &str = "tests/audit/sample";

/// Runs a command, which must end with this status and print these texts.
#[track_caller]
fn check(words: &[&str], status: i32, says: &[&str]) -> Run {
    let run = run_self(words);
    assert_eq!(run.status, Some(status), "{run:?}");
    for text in says {
        assert!(run.stdout.contains(text) || run.stderr.contains(text), "no `{text}` in {run:#?}");
    }
    run
}

/// A folder of the workspace, as a word.
fn path(folder: &str) -> String {
    workspace().join(folder).display().to_string()
}

#[test]
fn audit_page_quotes_the_command_output() {
    let run = check(&["audit", &path(SAMPLE)], 1, &[]);
    let page = read("docs/audit.md");
    let shown = page.split(&format!("$ cargo xtask audit {SAMPLE}\n")).nth(1).and_then(|rest| rest.split("```").next());
    let summary = run.stderr.lines().last().unwrap_or_default();
    assert_eq!(shown, Some(format!("{}{summary}\n", run.stdout).as_str()), "help: paste the output into docs/audit.md");
}

#[test]
fn audit_page_has_a_row_for_every_check() {
    let page = read("docs/audit.md");
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| D0")).collect();
    let expected: Vec<String> = checks::ALL
        .iter()
        .map(|it| format!("| {} | `{}` | {} | {} |", it.code, it.name, it.level.word(), it.sentence))
        .collect();
    assert_eq!(rows, expected, "help: paste the rows into docs/audit.md");
}

#[test]
fn every_check_is_listed_and_explained() {
    let list = check(&["audit", "--checks"], 0, &[]).stdout;
    assert_eq!(list.lines().count(), checks::ALL.len());
    for it in checks::ALL {
        check(&["explain", it.code], 0, &[it.name, it.sentence, it.help, "It happened"]);
        assert!(list.contains(&format!("{}  {}", it.code, it.name)), "{list}");
    }
    check(&["explain", "d009"], 0, &["D009 wrong-gate", "61  a stale key hid a valid log-in"]);
    check(&["explain", "D999"], 2, &["no such rule: `D999`"]);
}

#[test]
fn audit_json_has_the_documented_fields() {
    let run = check(&["audit", "--json", &path(SAMPLE)], 1, &[]);
    let report: Value = serde_json::from_str(&run.stdout).expect("it is JSON");
    assert_eq!((&report["schema"], &report["read"]["manifests"]), (&1.into(), &1.into()));
    let first = report["findings"][0].as_object().expect("it is an object");
    let page = read("docs/audit.md");
    for key in first.keys().chain(report["read"].as_object().expect("it is an object").keys()) {
        assert!(page.contains(&format!("`{key}`")), "docs/audit.md says nothing of `{key}`");
    }
    assert_eq!(first.len(), 8);
}

#[test]
fn exit_status_separates_findings_from_failures() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let text = folder.path().display().to_string();
    check(&["audit", &text], 2, &["has no files that `audit` checks", "help: give a folder with"]);
    check(&["audit", "/nonexistent/tree"], 2, &["cannot read `/nonexistent/tree`", "help: "]);
    check(&["audit"], 2, &["PATH"]);
    check(&["audit", "--json", "--sarif", &text], 2, &["cannot be used with"]);
    let script = folder.path().join("anything.sh");
    fs::write(&script, "echo x\n").expect("there is room");
    check(&["audit", &text], 0, &["nothing found in 1 script"]);
    fs::write(&script, "source x\n").expect("there is room");
    check(&["audit", &text], 1, &["anything.sh:1:1: error: `source`", "1 error and 0 warnings in 1 script"]);
    check(&["audit", &script.display().to_string()], 1, &["anything.sh:1:1: error: `source`"]);
}

/// Checks that `lint` and `audit` report the same findings in the bytes and the shell text of a sample file.
#[track_caller]
fn check_linted(file: &str, expected: usize) {
    let members = ["line", "column", "rule", "message", "help"];
    let facts = |it: &Value| members.map(|member| it[member].clone());
    let run = check(&["audit", "--json", &path(SAMPLE)], 1, &[]);
    let audited: Value = serde_json::from_str(&run.stdout).expect("it is JSON");
    let of_text = |it: &&Value| it["file"] == file && it["rule"].as_str().is_some_and(|code| !code.starts_with('D'));
    let audited: Vec<_> =
        audited.get("findings").and_then(Value::as_array).into_iter().flatten().filter(of_text).map(facts).collect();
    let run = check(&["lint", "--json", &path(&format!("{SAMPLE}/{file}"))], 1, &[]);
    let linted: Value = serde_json::from_str(&run.stdout).expect("it is JSON");
    let linted: Vec<_> = linted.as_array().into_iter().flatten().map(facts).collect();
    assert_eq!((linted.len(), &linted), (expected, &audited));
}

#[test]
fn lint_reports_the_audit_findings_of_a_file() {
    check_linted("agents/mimo/manifest.toml", 4);
    check_linted("installers/mimo/install.sh", 2);
}

/// Runs a generator into a new folder; the audit reads all of its files and has no findings.
#[track_caller]
fn check_generated(generator: &str, read: &str) {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let text = folder.path().display().to_string();
    check(&[generator, "--out", &text], 0, &[]);
    check(&["audit", &text], 0, &[&format!("nothing found in {read}")]);
}

#[test]
fn generated_files_pass_the_audit() {
    let agents = registry::REGISTRY.agents().len();
    check_generated("gen-scripts", &format!("{} scripts", 3 * agents));
    check_generated("gen-manifests", &format!("{agents} manifests"));
    check_generated("gen-suite", &format!("{agents} suite configs, 1 suite runner"));
    let described = names_in("generated/registry/acp").len();
    check_generated("gen-registry", &format!("{described} ACP entries"));
}
