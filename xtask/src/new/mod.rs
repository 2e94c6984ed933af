//! `new`: the command line; what asks registries and makes entries needs a build with the feature `supply`.

#[cfg(feature = "supply")]
pub(crate) mod engines;
#[cfg(feature = "supply")]
mod entry;
#[cfg_attr(not(feature = "supply"), allow(dead_code, reason = "only what asks registries writes a list"))]
pub(crate) mod list;
#[cfg(feature = "supply")]
mod make;
#[cfg(feature = "supply")]
mod package;
#[cfg(feature = "supply")]
mod shipped;
#[cfg(feature = "supply")]
mod source;

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Command, value_parser};
use registry_model::model::Registry;

use crate::console::Console;
use crate::failure::Outcome;
use crate::relaunch::built_with;

/// The command line.
pub(crate) fn command() -> Command {
    let from = |name: &'static str, value: &'static str| Arg::new(name).long(name).value_name(value);
    Command::new("new")
        .about("Write a new entry with its lock, from what a package says of itself")
        .after_help(
            "It writes src/agents/<name>.rs and its lock, and adds the name to the list; all of it or nothing. What no\n\
             package says is printed as a checklist.\n\n\
             Examples:\n  \
             cargo xtask new my-agent --npm @scope/my-agent@1.2.3 -- --acp\n  \
             cargo xtask new my-agent --pypi my-agent --bin my-agent-acp --dry-run\n  \
             cargo xtask new my-agent --acp agent.json\n  \
             cargo xtask new my-agent --program my-agent.mjs",
        )
        .arg(Arg::new("name").value_name("NAME").required(true).help("Its name, for example my-agent"))
        .arg(from("npm", "PKG[@V]").help("A package of the npm registry"))
        .arg(from("pypi", "PKG[@V]").help("A package of the Python package index"))
        .arg(from("acp", "FILE").value_parser(value_parser!(PathBuf)).help("An agent.json of the public ACP registry"))
        .arg(from("program", "FILE").value_parser(value_parser!(PathBuf)).help("A program that is shipped beside the entry"))
        .group(ArgGroup::new("from").args(["npm", "pypi", "acp", "program"]).required(true))
        .arg(Arg::new("bin").conflicts_with("program").long("bin").value_name("PROGRAM").help("The program that speaks ACP, where there are several"))
        .arg(Arg::new("dry-run").long("dry-run").action(ArgAction::SetTrue).help("Write nothing; print what would be written"))
        .arg(Arg::new("arguments").value_name("ARGS").num_args(0..).last(true).help("The arguments that make it speak ACP"))
}

/// Runs it.
pub(crate) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    built_with!("supply", console, make::run(registry, matches, console))
}
