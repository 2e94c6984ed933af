//! Prints findings in the format that was asked for, compares them with a baseline, and decides the exit status.

use std::fs;
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use registry_audit::baseline::{Baseline, Compared};
use registry_audit::{Diagnostic, Language, Level, Read, Report, github, human, sarif};
use serde_json::Value;

use crate::json;
use registry_command::console::{self, Console, print};
use registry_command::failure::{Failure, Outcome, Status};
use registry_command::files::write_atomically;
use registry_command::text::count;

/// Prints a report; `as_json` is its form for programs.
pub(crate) fn report(
    mut report: Report,
    as_json: fn(&Report) -> Value,
    matches: &ArgMatches,
    console: Console,
) -> Outcome {
    let baseline = matches.get_one::<PathBuf>("baseline");
    if let Some(file) = baseline.filter(|_| matches.get_flag("update-baseline")) {
        write_atomically(file, Baseline::of(&report.findings).text().as_bytes(), 0o644)?;
        console.step(format!("{} written to `{}`", count(report.findings.len(), "finding"), file.display()));
        return Ok(Status::Done);
    }
    let compared =
        baseline.map(|file| read(file)).transpose()?.map(|it| it.compare(std::mem::take(&mut report.findings)));
    let seen = compared.as_ref().map(|it| (it.known, it.gone));
    if let Some(Compared { new, .. }) = compared {
        report.findings = new;
    }
    match format(matches) {
        "json" => print(json::sorted(as_json(&report)))?,
        "sarif" => print(json::sorted(sarif(&report.findings, env!("CARGO_PKG_VERSION"))))?,
        "github" => print_lines(&github(&report.findings))?,
        _ => {
            print_lines(&human(&report.findings, console::stdout_has_colours(), console::columns()))?;
            if !report.is_empty() || seen.is_some() {
                console.step(closing(&report, seen));
            }
        }
    }
    let denied = match matches.get_one::<String>("deny").map(String::as_str) {
        Some("notes") => Level::Note,
        Some(_) => Level::Warning,
        None => Level::Error,
    };
    Ok(Status::found(report.findings.iter().any(|it| it.level <= denied)))
}

/// The language that `--shell` names.
pub(crate) fn language(matches: &ArgMatches) -> Option<Language> {
    let named = matches.get_one::<String>("shell")?;
    Some(if named == "bash" { Language::Bash } else { Language::Posix })
}

fn format(matches: &ArgMatches) -> &str {
    let shortcut = ["json", "sarif"].into_iter().find(|name| matches.get_flag(name));
    shortcut.or_else(|| matches.get_one::<String>("format").map(String::as_str)).unwrap_or("human")
}

fn print_lines(text: &str) -> Outcome<()> {
    if text.is_empty() { Ok(()) } else { print(text.strip_suffix('\n').unwrap_or(text)) }
}

fn read(file: &Path) -> Outcome<Baseline> {
    let text = fs::read_to_string(file)
        .map_err(|error| Failure::io("read", file, &error).help("write it with `--update-baseline`"))?;
    Baseline::read(&text).map_err(|why| {
        Failure::new(format!("`{}` is not a baseline: {why}", file.display()))
            .help("write it again with `--update-baseline`")
    })
}

/// The last line: how many findings in how many files, and what a baseline leaves out.
fn closing(report: &Report, seen: Option<(usize, u64)>) -> String {
    let found = found(&report.findings);
    let of_baseline = match seen {
        Some((known, gone)) => {
            let gone = if gone > 0 { format!(", {gone} of it not found any more") } else { String::new() };
            format!(" ({known} more in the baseline{gone})")
        }
        None => String::new(),
    };
    let read = read_of(report.read);
    format!("{found} in {read}{of_baseline}")
}

fn found(findings: &[Diagnostic]) -> String {
    let of = |level: Level| findings.iter().filter(|it| it.level == level).count();
    let counts = Level::ALL.map(|level| (of(level), level.word()));
    let counts: Vec<String> =
        counts.into_iter().filter(|(number, _)| *number > 0).map(|(number, word)| count(number, word)).collect();
    match counts.as_slice() {
        [] => "nothing found".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn read_of(read: Read) -> String {
    let counted = |(number, thing): (usize, &str)| match thing.strip_suffix('y') {
        Some(stem) if number != 1 => format!("{number} {stem}ies"),
        _ => count(number, thing),
    };
    let read: Vec<String> = read.counts().into_iter().map(counted).collect();
    if read.is_empty() { "nothing that could be read".to_owned() } else { read.join(", ") }
}
