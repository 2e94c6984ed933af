//! `audit` in a build with the feature `outputs`: reads the tree, and prints the findings.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use registry_audit::checks;
use registry_audit::{Disk, Report, audit_as};
use registry_model::model::Registry;

use crate::findings::{language, report};
use registry_command::console::{Console, print};
use registry_command::failure::{Failure, Outcome, Status};

/// Runs it.
pub(super) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    let Some(path) = matches.get_one::<PathBuf>("path") else { return list() };
    let tree = Disk::open(path).map_err(|error| Failure::io("read", path, &error))?;
    let found = audit_as(registry, &tree, language(matches))?;
    if found.is_empty() {
        return Err(nothing(path));
    }
    report(found, Report::json, matches, console)
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
