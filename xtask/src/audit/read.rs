//! `audit` in a build with the feature `outputs`: reads the tree, and prints the findings.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use registry_audit::checks;
use registry_audit::{Disk, Language, Level, Report, audit_as};
use registry_model::model::Registry;

use super::print::text;
use crate::json;
use registry_command::console::{Console, print};
use registry_command::failure::{Failure, Outcome, Status};
use registry_command::text::count;

/// Runs it.
pub(super) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    let Some(path) = matches.get_one::<PathBuf>("path") else { return list() };
    let tree = Disk::open(path).map_err(|error| Failure::io("read", path, &error))?;
    let report = audit_as(registry, &tree, language(matches))?;
    if report.is_empty() {
        return Err(nothing(path));
    }
    let given = |name: &str| matches.get_flag(name);
    match matches.get_one::<String>("format").map_or("human", String::as_str) {
        "sarif" => print(json::sorted(report.sarif(env!("CARGO_PKG_VERSION"))))?,
        _ if given("sarif") => print(json::sorted(report.sarif(env!("CARGO_PKG_VERSION"))))?,
        "json" => print(json::sorted(report.json()))?,
        _ if given("json") => print(json::sorted(report.json()))?,
        _ => show(&report, console)?,
    }
    Ok(Status::found(!report.findings.is_empty()))
}

/// The language that `--shell` names.
pub(crate) fn language(matches: &ArgMatches) -> Option<Language> {
    let named = matches.get_one::<String>("shell")?;
    Some(if named == "bash" { Language::Bash } else { Language::Posix })
}

fn nothing(path: &Path) -> Failure {
    Failure::new(format!("`{}` has no files that `audit` checks", path.display())).help(
        "give a folder with `manifest.toml`, `agent.json`, `*.sh` or a suite under `tests/integration`; \
         `docs/audit.md` lists what is read",
    )
}

/// The table of checks.
fn list() -> Outcome {
    for check in checks::ALL {
        print(format!("{}  {:<21} {:<7}  {}", check.code, check.name, check.level.word(), check.sentence))?;
    }
    Ok(Status::Done)
}

/// Prints findings with their help as text, and at the end the number of files that were read.
fn show(report: &Report, console: Console) -> Outcome<()> {
    text(&report.findings)?;
    let of = |level: Level| report.findings.iter().filter(|it| it.level == level).count();
    let read: Vec<String> = report.read.counts().into_iter().map(|(number, thing)| counted(number, thing)).collect();
    let found = if report.findings.is_empty() {
        "nothing found".to_owned()
    } else {
        format!("{} and {}", count(of(Level::Error), "error"), count(of(Level::Warning), "warning"))
    };
    let read = if read.is_empty() { "nothing that could be read".to_owned() } else { read.join(", ") };
    console.step(format!("{found} in {read}"));
    Ok(())
}

fn counted(number: usize, thing: &str) -> String {
    match thing.strip_suffix('y') {
        Some(stem) if number != 1 => format!("{number} {stem}ies"),
        _ => count(number, thing),
    }
}
