//! `lint` in a build with the feature `outputs`: reads the files, and prints the findings of an audit in them.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

use clap::ArgMatches;
use registry_audit::{Diagnostic, Language, lint_as};
use registry_model::model::Registry;
use serde_json::Value;

use crate::audit::print::text;
use crate::audit::read::language;
use crate::json;
use registry_command::console::{Console, print};
use registry_command::failure::{Failure, Outcome, Status};

/// The members of a finding that `audit` prints and `lint` does not.
const OF_AUDIT: [&str; 2] = ["name", "level"];

/// Runs it.
pub(super) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    let files: Vec<OsString> =
        matches.get_many("file").map_or_else(|| vec!["-".into()], |files| files.cloned().collect());
    let mut found = Vec::new();
    let mut failures = Vec::new();
    for file in &files {
        match read(file).and_then(|(name, bytes)| lint_file(registry, &name, bytes, language(matches), console)) {
            Ok(some) => found.extend(some),
            Err(failure) => failures.push(failure),
        }
    }
    if matches.get_flag("json") {
        print(json::sorted(Value::Array(found.iter().map(object).collect())))?;
    } else {
        text(&found)?;
    }
    let last = failures.pop();
    for failure in failures {
        console.error(failure);
    }
    last.map_or(Ok(Status::found(!found.is_empty())), Err)
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
) -> Outcome<Vec<Diagnostic>> {
    if Path::new(name).extension().is_some_and(|extension| extension == "rs") {
        return Err(Failure::new(format!("`{name}` is Rust, and `lint` reads shell scripts and manifests"))
            .help("entries are checked by the compiler: run `cargo check`"));
    }
    if Path::new(name).extension().is_none_or(|extension| extension != "toml") {
        console.step(format!("{name}: read as {}", language.unwrap_or_else(|| Language::of(name, &bytes))));
    }
    lint_as(registry, name, bytes, language).map_err(|unlinted| Failure::new(unlinted.why).help(unlinted.help))
}

/// A finding for `--json`.
fn object(finding: &Diagnostic) -> Value {
    let mut value = finding.json();
    if let Value::Object(members) = &mut value {
        members.retain(|name, _| !OF_AUDIT.contains(&name.as_str()));
    }
    value
}
