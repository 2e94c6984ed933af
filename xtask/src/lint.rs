//! `lint`: the rules over any shell script, and over the commands of agent manifests.

mod manifest;

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read};
use std::path::Path;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use registry_core::shell;
use serde_json::{Value, json};

use crate::console::{Console, print};
use crate::failure::{Failure, Outcome, Status};
use crate::json;

/// Something that a rule has against a file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    file: String,
    line: usize,
    column: usize,
    rule: &'static str,
    message: String,
    help: String,
}

/// The command line.
pub(crate) fn command() -> Command {
    Command::new("lint")
        .about("Hold shell scripts and agent manifests (*.toml with install_cmd, launch_cmd) against the rules")
        .after_help(
            "Exit status: 0 nothing found, 1 something found, 2 a file could not be read (the others were linted).\n\n\
             Examples:\n  \
             cargo xtask lint install.sh\n  \
             cargo xtask lint --json agents/my-agent/manifest.toml\n  \
             cargo xtask lint scripts/*/install.sh",
        )
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .help("Print an array of objects: file, line, column, rule, message, help"),
        )
        .arg(
            Arg::new("file")
                .value_name("FILE")
                .value_parser(value_parser!(OsString))
                .action(ArgAction::Append)
                .help("Scripts and manifests; `-`, or none, is standard input"),
        )
}

/// Runs it.
pub(crate) fn run(matches: &ArgMatches, console: Console) -> Outcome {
    let files: Vec<OsString> =
        matches.get_many("file").map_or_else(|| vec!["-".into()], |files| files.cloned().collect());
    let mut found = Vec::new();
    let mut failures = Vec::new();
    for file in &files {
        match read(file).and_then(|(name, bytes)| lint(&name, &bytes)) {
            Ok(some) => found.extend(some),
            Err(failure) => failures.push(failure),
        }
    }
    if matches.get_flag("json") {
        print(json::sorted(Value::Array(found.iter().map(Found::json).collect())))?;
    } else {
        found.iter().try_for_each(Found::print)?;
    }
    let last = failures.pop();
    for failure in failures {
        console.error(failure);
    }
    last.map_or(Ok(Status::found(!found.is_empty())), Err)
}

/// A file's name as it is shown, and its bytes.
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

fn lint(name: &str, bytes: &[u8]) -> Outcome<Vec<Found>> {
    if Path::new(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml")) {
        return manifest::lint(name, bytes);
    }
    if Path::new(name).extension().is_some_and(|extension| extension == "rs") {
        return Err(Failure::new(format!("`{name}` is Rust, and `lint` reads shell scripts and manifests"))
            .help("entries are checked by the compiler: run `cargo check`"));
    }
    Ok(shell::lint(bytes).into_iter().map(|it| Found::new(name, it.line as usize, it.column as usize, it)).collect())
}

impl Found {
    fn new(file: &str, line: usize, column: usize, finding: shell::Finding) -> Self {
        let shell::Finding { rule, message, help, .. } = finding;
        Self { file: file.to_owned(), line, column, rule, message, help }
    }

    fn print(&self) -> Outcome<()> {
        let Self { file, line, column, rule, message, help } = self;
        // A message may quote a carriage return of the script's.
        let safe = |text: &str| text.replace(|char: char| char.is_control(), "�");
        print(format!("{file}:{line}:{column}: {} [{rule}]", safe(message)))?;
        if help.is_empty() { Ok(()) } else { print(format!("  help: {}", safe(help))) }
    }

    fn json(&self) -> Value {
        let Self { file, line, column, rule, message, help } = self;
        json!({"file": file, "line": line, "column": column, "rule": rule, "message": message, "help": help})
    }
}
