//! The command line of `audit`. The checks are in `registry-audit`, which only a build with `outputs` has.

#[cfg(feature = "outputs")]
mod read;

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use registry_model::model::Registry;

use crate::findings::{self, STATUS};
use crate::relaunch::built_with;
use registry_command::console::Console;
use registry_command::failure::Outcome;

pub(crate) fn command() -> Command {
    Command::new("audit")
        .about("Check another project's files against the registry: suites, manifests, ACP entries, install scripts")
        .after_help(format!(
            "Reads the files of a tree whose formats it knows. It runs nothing and follows no link.\n{STATUS}\n\
             Examples:\n  cargo xtask audit ../benchflow\n  cargo xtask audit --format sarif manifests >audit.sarif\n  \
             cargo xtask audit --baseline known.json --deny warnings .\n  cargo xtask audit --checks"
        ))
        .arg(
            Arg::new("path")
                .value_name("PATH")
                .value_parser(value_parser!(PathBuf))
                .required_unless_present("checks")
                .help("A folder, or one file of a known kind"),
        )
        .arg(
            Arg::new("agents")
                .long("agents")
                .value_name("FILE|auto")
                .value_parser(value_parser!(PathBuf))
                .help("Whose agents are expected: those of a list, or of the tree itself [default: the registry's]"),
        )
        .args(findings::options())
        .arg(
            Arg::new("checks")
                .long("checks")
                .action(ArgAction::SetTrue)
                .conflicts_with("path")
                .help("List the checks, and audit nothing"),
        )
}

pub(crate) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    built_with!("outputs", console, read::run(registry, matches, console))
}
