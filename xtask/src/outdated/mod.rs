//! `outdated`: the command line; what asks registries needs a build with the feature `supply`.

#[cfg(feature = "supply")]
pub(crate) mod choice;
#[cfg(feature = "supply")]
mod releases;
#[cfg(feature = "supply")]
pub(crate) mod rows;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use registry_model::model::Registry;

use crate::console::Console;
use crate::failure::Outcome;
use crate::relaunch::built_with;

/// The command line.
pub(crate) fn command() -> Command {
    Command::new("outdated")
        .about("List the packages of the entries with their newest versions, and say why a newer one is not allowed")
        .after_help(
            "Packages that an entry `carries` are looked at too; their versions follow from those of others.\n\
             A version is allowed when it is old enough, its Node.js or Python is the pinned one, and it has every\n\
             platform package that the lock has now. `cargo pin AGENT PKG=VERSION` moves a pin.\n\n\
             Examples:\n  cargo xtask outdated\n  cargo xtask outdated my-agent --min-age 0\n  \
             cargo xtask outdated --json\n\
             Exit status: 0 nothing is newer, 1 something is newer, 2 a registry did not answer.",
        )
        .arg(
            Arg::new("agent")
                .value_name("AGENT")
                .action(ArgAction::Append)
                .help("Agents by name or alias; all, when none is given"),
        )
        .arg(
            Arg::new("min-age")
                .long("min-age")
                .value_name("DAYS")
                .default_value("7")
                .value_parser(value_parser!(u64))
                .help("Days that a version must have been published before it is allowed"),
        )
        .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help("Print JSON"))
}

/// Runs it.
pub(crate) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    built_with!("supply", console, rows::run(registry, matches, console))
}
