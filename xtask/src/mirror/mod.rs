//! `mirror`: the command line; what fetches needs a build with the feature `supply`.

#[cfg(feature = "supply")]
mod checksum;
#[cfg(feature = "supply")]
mod collect;
#[cfg(feature = "supply")]
mod fetch;
#[cfg(feature = "supply")]
mod folder;
#[cfg(feature = "supply")]
pub(crate) mod make;
#[cfg(feature = "supply")]
mod pack;
#[cfg(feature = "supply")]
mod pages;
#[cfg(feature = "supply")]
mod places;
#[cfg(feature = "supply")]
pub(crate) mod request;
#[cfg(feature = "supply")]
mod runtimes;
#[cfg(feature = "supply")]
pub(crate) mod wanted;

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use registry_model::model::Registry;

use crate::console::Console;
use crate::failure::Outcome;
use crate::relaunch::built_with;

/// The command line.
pub(crate) fn command() -> Command {
    Command::new("mirror")
        .about("Fetch everything that installs need into one folder, with the site file that names it")
        .after_help(
            "The folder holds what the command line asks for: what earlier runs brought besides is removed. A run into\n\
             the same folder fetches only what is missing. BENCHFLOW_NPM_REGISTRY and BENCHFLOW_PYPI_INDEX name other\n\
             places to ask. Exit status: 0 all is there, 1 something cannot be had, 2 the command could not run.\n\n\
             Examples:\n  \
             cargo xtask mirror --out mirror --agent my-agent\n  \
             cargo xtask mirror --out mirror --target all --url https://files.example.org/agents",
        )
        .arg(path("out", "DIR", "The folder of the mirror").required(true))
        .arg(many("agent", "NAME", "Only this agent (by name or alias); may be repeated"))
        .arg(many("target", "TARGET", "This target (or `all`) instead of the machine's own; may be repeated"))
        .arg(
            Arg::new("url")
                .long("url")
                .value_name("URL")
                .help("Where the folder will be served; without it the site file names the folder itself"),
        )
        .arg(path("site", "FILE", "A site whose places, checksums and prefix the mirror starts from"))
        .arg(
            Arg::new("substitute-runtimes")
                .long("substitute-runtimes")
                .action(ArgAction::SetTrue)
                .help("Pack Node.js from its PyPI wheel where its maker's archive cannot be had"),
        )
        .arg(path("python", "DIR", "Pack this CPython (DIR/bin/python3) where its maker's archive cannot be had"))
}

fn path(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).value_parser(value_parser!(PathBuf)).help(help)
}

fn many(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).action(ArgAction::Append).help(help)
}

/// Runs it.
pub(crate) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    built_with!("supply", console, make::run(registry, matches, console))
}
