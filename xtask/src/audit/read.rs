//! `audit` in a build with the feature `outputs`: reads the tree, and prints the findings.

use std::fs;
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use registry_audit::checks;
use registry_audit::{AgentList, Disk, Options, Peers, Report, audit_with};
use registry_model::model::Registry;

use crate::findings::{language, report};
use registry_command::console::{Console, print};
use registry_command::failure::{Failure, Outcome, Status};

/// Runs it.
pub(super) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    let Some(path) = matches.get_one::<PathBuf>("path") else { return list() };
    let tree = Disk::open(path).map_err(|error| Failure::io("read", path, &error))?;
    let options = Options { language: language(matches), agents: agents(matches)? };
    let found = audit_with(registry, &tree, &options)?;
    if found.is_empty() {
        return Err(nothing(path));
    }
    report(found, Report::json, matches, console)
}

/// The list of agents that `--agents` names.
fn agents(matches: &ArgMatches) -> Outcome<AgentList> {
    let Some(file) = matches.get_one::<PathBuf>("agents") else { return Ok(AgentList::Registry) };
    if file.as_os_str() == "auto" {
        return Ok(AgentList::Auto);
    }
    let text = fs::read_to_string(file).map_err(|error| Failure::io("read", file, &error))?;
    let peers = Peers::read(&file.display().to_string(), &text).map_err(|why| {
        Failure::new(format!("`{}` is not a list of agents: {why}", file.display()))
            .help("write a name on each line, or give JSON, or a Python module with `AGENTS`")
    })?;
    Ok(AgentList::Given(peers))
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
