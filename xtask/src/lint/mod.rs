//! The command line of `lint`. It runs the checks of `audit` on named files, and is built with it.

#[cfg(feature = "outputs")]
mod read;

use std::ffi::OsString;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use registry_model::model::Registry;

use crate::findings::{self, STATUS};
use crate::relaunch::built_with;
use registry_command::console::Console;
use registry_command::failure::Outcome;

pub(crate) fn command() -> Command {
    Command::new("lint")
        .about("Check shell scripts and agent manifests (*.toml with install_cmd, launch_cmd) by the rules")
        .after_help(format!(
            "{STATUS}\nWhen a file cannot be read, the others are linted.\n\n\
             Examples:\n  \
             cargo xtask lint install.sh\n  \
             cargo xtask lint --json agents/my-agent/manifest.toml\n  \
             cargo xtask lint --deny warnings scripts/*/install.sh"
        ))
        .args(findings::options())
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
