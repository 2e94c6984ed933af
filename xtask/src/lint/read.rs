//! `lint` in a build with the feature `outputs`: reads the files, and prints the findings of an audit in them.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

use clap::ArgMatches;
use registry_audit::{Diagnostic, Language, Report, lint_as};
use registry_model::model::Registry;
use serde_json::Value;

use crate::findings::{language, report};
use registry_command::console::Console;
use registry_command::failure::{Failure, Outcome};

/// Runs it.
pub(super) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    let files: Vec<OsString> =
        matches.get_many("file").map_or_else(|| vec!["-".into()], |files| files.cloned().collect());
    let mut all = Report::default();
    let mut failures = Vec::new();
    for file in &files {
        match read(file).and_then(|(name, bytes)| lint_file(registry, &name, bytes, language(matches), console)) {
            Ok(one) => all.add(one),
            Err(failure) => failures.push(failure),
        }
    }
    let status = report(all, array, matches, console)?;
    let last = failures.pop();
    for failure in failures {
        console.error(failure);
    }
    last.map_or(Ok(status), Err)
}

/// A file's name for messages, and its bytes.
fn read(file: &OsString) -> Outcome<(String, Vec<u8>)> {
    let path = Path::new(file);
    if file != "-" {
        let bytes = fs::read(path).map_err(|error| Failure::io("read", path, &error))?;
        return Ok((path.display().to_string(), bytes));
    }
    let mut bytes = Vec::new();
    let read = io::stdin().lock().read_to_end(&mut bytes);
    read.map_err(|error| Failure::io("read", Path::new("standard input"), &error))?;
    Ok(("<stdin>".to_owned(), bytes))
}

fn lint_file(
    registry: &Registry<'_>,
    name: &str,
    bytes: Vec<u8>,
    language: Option<Language>,
    console: Console,
) -> Outcome<Report> {
    if Path::new(name).extension().is_some_and(|extension| extension == "rs") {
        return Err(Failure::new(format!("`{name}` is Rust, and `lint` reads shell scripts and manifests"))
            .help("entries are checked by the compiler: run `cargo check`"));
    }
    let read_as = language.unwrap_or_else(|| Language::of(name, &bytes));
    let report =
        lint_as(registry, name, bytes, language).map_err(|unlinted| Failure::new(unlinted.why).help(unlinted.help))?;
    if report.read.scripts > 0 {
        console.step(format!("{name}: read as {read_as}"));
    }
    Ok(report)
}

/// The form for `--json`: the findings alone.
fn array(report: &Report) -> Value {
    Value::Array(report.findings.iter().map(Diagnostic::json).collect())
}
