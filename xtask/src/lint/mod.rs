//! The command line of `lint`. It runs the checks of `audit` on named files, and is built with it.

#[cfg(feature = "outputs")]
mod read;

use std::ffi::OsString;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use registry_model::model::Registry;

use crate::relaunch::built_with;
use registry_command::console::Console;
use registry_command::failure::Outcome;
pub(crate) fn command() -> Command {
    Command::new("lint")
        .about("Check shell scripts and agent manifests (*.toml with install_cmd, launch_cmd) by the rules")
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
        .arg(crate::audit::shell_option())
        .arg(
            Arg::new("file")
                .value_name("FILE")
                .value_parser(value_parser!(OsString))
                .action(ArgAction::Append)
                .help("Scripts and manifests; `-`, or none, is standard input"),
        )
}
pub(crate) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    built_with!("outputs", console, read::run(registry, matches, console))
}
