//! Findings as SARIF 2.1.0.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use registry_model::rules;
use serde_json::{Value, json};

use crate::checks;
use crate::diagnostic::Diagnostic;

/// The name of the tool that a log is of.
const TOOL: &str = "cargo xtask audit";

/// Where files are found: the root of the tree.
const ROOT: &str = "SRCROOT";

/// A SARIF log with one run, for code scanning; `version` is that of the program.
pub fn log(findings: &[Diagnostic], version: &str) -> Value {
    let codes: BTreeMap<&str, &Diagnostic> = findings.iter().map(|it| (it.code, it)).collect();
    let index = |code: &str| codes.keys().position(|it| *it == code);
    json!({
        "version": "2.1.0",
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "runs": [{
            "tool": { "driver": {
                "name": TOOL,
                "semanticVersion": version,
                "rules": codes.values().map(|it| descriptor(it)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { ROOT: { "description": { "text": "the tree that was audited" } } },
            "results": findings.iter().map(|it| result(it, index(it.code))).collect::<Vec<_>>(),
        }],
    })
}

/// The description of a check or rule.
fn descriptor(finding: &Diagnostic) -> Value {
    let check = checks::find(finding.code).map(|it| (it.sentence, it.help));
    let (sentence, help) =
        check.or_else(|| rules::find(finding.code).map(|it| (it.sentence, it.help))).unwrap_or_default();
    json!({
        "id": finding.code,
        "name": finding.name,
        "shortDescription": { "text": sentence },
        "help": { "text": format!("{help}; `cargo xtask explain {}` prints the reason", finding.code) },
        "defaultConfiguration": { "level": finding.level.word() },
    })
}

fn result(finding: &Diagnostic, index: Option<usize>) -> Value {
    let Diagnostic { file, line, column, end_column, code, level, message, help, .. } = finding;
    let text = if help.is_empty() { message.clone() } else { format!("{message} (help: {help})") };
    json!({
        "ruleId": code,
        "ruleIndex": index,
        "level": level.word(),
        "message": { "text": text },
        "locations": [{ "physicalLocation": {
            "artifactLocation": place(file),
            "region": { "startLine": line, "startColumn": column, "endColumn": end_column },
        } }],
    })
}

/// A file: relative to the root, or by its absolute path.
fn place(file: &str) -> Value {
    if file.starts_with('/') {
        json!({ "uri": format!("file://{}", uri(file)) })
    } else {
        json!({ "uri": uri(file), "uriBaseId": ROOT })
    }
}

/// A path as a relative reference: what a URI has no room for becomes its bytes in hexadecimal digits.
fn uri(path: &str) -> String {
    let mut text = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn paths_become_relative_references() {
        assert_eq!(super::uri("a b/c:d/é.toml"), "a%20b/c%3Ad/%C3%A9.toml");
    }
}
