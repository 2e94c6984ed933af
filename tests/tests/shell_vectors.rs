//! The recogniser against recorded verdicts of `dash -n`, and the dialect rules against recorded behaviour of dash.

#![expect(clippy::panic, reason = "a helper of tests fails as the tests do")]

use registry_model::shell::{check_syntax, find_bashisms, lint};
use serde_json::Value;

fn vectors(file: &str) -> Vec<Value> {
    let path = format!("{}/vectors/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{path}: {error}: {line}")))
        .collect()
}

fn script(row: &Value) -> &str {
    row.get("script").and_then(Value::as_str).unwrap_or_else(|| panic!("no script in {row}"))
}

fn flag(row: &Value, key: &str) -> Option<bool> {
    row.get(key).and_then(Value::as_bool)
}

#[track_caller]
fn report(what: &str, checked: usize, wrong: &[String]) {
    println!("{what}: {checked} checked, {} wrong", wrong.len());
    assert_ne!(checked, 0, "{what}: nothing was checked");
    assert!(wrong.is_empty(), "{what}:\n{}", wrong.join("\n"));
}

#[test]
fn recogniser_verdicts_match_dash_vectors() {
    let rows = vectors("shell.jsonl");
    let mut wrong = Vec::new();
    let (mut accepted, mut refused) = (0, 0);
    for row in &rows {
        let expected = flag(row, "accepted").unwrap_or_else(|| panic!("no verdict in {row}"));
        *(if expected { &mut accepted } else { &mut refused }) += 1;
        let verdict = check_syntax(script(row).as_bytes());
        if verdict.is_ok() != expected {
            wrong.push(format!("{:?}: dash says {expected}, ours {verdict:?}", script(row)));
        }
    }
    assert!(accepted > 0 && refused > 0, "one verdict is missing: {accepted} accepted, {refused} refused");
    report("shell.jsonl", rows.len(), &wrong);
}

#[test]
fn exactly_the_constructs_that_fail_in_dash_are_reported() {
    let rows = vectors("bashisms.jsonl");
    let mut wrong = Vec::new();
    let (mut failing, mut working, mut refused) = (0, 0, 0);
    for row in &rows {
        let script = script(row).as_bytes();
        let accepted = flag(row, "dash_n").unwrap_or_else(|| panic!("no verdict in {row}"));
        if check_syntax(script).is_ok() != accepted {
            wrong.push(format!("verdict on {row}"));
        }
        let findings = find_bashisms(script);
        match flag(row, "works_in_dash") {
            _ if !accepted => refused += 1,
            Some(false) => {
                failing += 1;
                if findings.is_empty() {
                    wrong.push(format!("missed: {row}"));
                }
            }
            Some(true) => {
                working += 1;
                if !findings.is_empty() {
                    wrong.push(format!("{findings:?} on {row}"));
                }
            }
            None => {}
        }
    }
    assert!(failing > 0 && working > 0 && refused > 0, "{failing} fail, {working} work, {refused} refused");
    println!("bashisms.jsonl: {failing} fail in dash, {working} work, {refused} are refused at -n");
    report("bashisms.jsonl", rows.len(), &wrong);
}

#[test]
fn every_shell_finding_names_its_construct_and_has_help() {
    let mut checked = 0;
    for row in vectors("bashisms.jsonl") {
        for finding in lint(script(&row).as_bytes()) {
            checked += 1;
            assert!(finding.message.contains('`'), "no culprit in {finding:?}");
            assert!(!finding.message.ends_with('.') && !finding.help.ends_with('.'), "full stop in {finding:?}");
            assert!(!finding.message.is_empty() && !finding.help.is_empty(), "empty text in {finding:?}");
            assert!(finding.offset <= finding.end && finding.end <= script(&row).len(), "range of {finding:?}");
        }
    }
    assert_ne!(checked, 0, "nothing was checked");
}
