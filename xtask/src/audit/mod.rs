//! The command line of `audit`. The checks are in `registry-audit`, which only a build with `outputs` has.

#[cfg(feature = "outputs")]
pub(crate) mod print;
#[cfg(feature = "outputs")]
pub(crate) mod read;

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use registry_model::model::Registry;

use crate::relaunch::built_with;
use registry_command::console::Console;
use registry_command::failure::Outcome;
pub(crate) fn command() -> Command {
    Command::new("audit")
        .about("Check another project's files against the registry: suites, manifests, ACP entries, install scripts")
        .after_help(
            "Reads the files of a tree whose formats it knows. It runs nothing and follows no link.\n\
             Exit status: 0 nothing found, 1 something found, 2 there was nothing to read.\n\
             Examples:\n  cargo xtask audit ../benchflow\n  cargo xtask audit --format sarif manifests >audit.sarif\n  \
             cargo xtask audit --checks",
        )
        .arg(
            Arg::new("path")
                .value_name("PATH")
                .value_parser(value_parser!(PathBuf))
                .required_unless_present("checks")
                .help("A folder, or one file of a known kind"),
        )
        .arg(
            Arg::new("format")
                .long("format")
                .value_name("FORMAT")
                .value_parser(["human", "json", "sarif"])
                .default_value("human")
                .help("The format of findings"),
        )
        .arg(switch("json", "As --format json").conflicts_with("format"))
        .arg(
            switch("sarif", "As --format sarif: SARIF 2.1.0, for code scanning").conflicts_with_all(["format", "json"]),
        )
        .arg(shell_option())
        .arg(switch("checks", "List the checks, and audit nothing").conflicts_with("path"))
}

/// `--shell`, for `lint` too.
pub(crate) fn shell_option() -> Arg {
    Arg::new("shell")
        .long("shell")
        .value_name("SHELL")
        .value_parser(["sh", "bash"])
        .help("Read every script as this language [default: by its first line]")
}

fn switch(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}
pub(crate) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    built_with!("outputs", console, read::run(registry, matches, console))
}
