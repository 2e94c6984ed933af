//! `completions` and `man`: shell completions and manual pages. Only a build with the feature `outputs` can make them;
//! other builds run such a build.

#[cfg(feature = "outputs")]
mod completions;
#[cfg(feature = "outputs")]
mod manual;

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches, Command, value_parser};
use registry_model::model::Registry;

use crate::relaunch::built_with;
use registry_command::console::Console;
use registry_command::failure::Outcome;

/// The command line of `completions`.
pub(crate) fn completions_command() -> Command {
    let shell = PossibleValuesParser::new(["bash", "zsh", "fish"]);
    Command::new("completions")
        .about("Print shell completions for `cargo xtask`, including names of agents and rules")
        .after_help(
            "Load it from the shell's own start file; it leaves the completion of cargo's other commands as it is.\n\n\
             Examples:\n  \
             cargo xtask completions bash >> ~/.bash_completion\n  \
             cargo xtask completions zsh > ~/.zsh/cargo-xtask.zsh\n  \
             cargo xtask completions fish > ~/.config/fish/conf.d/cargo-xtask.fish",
        )
        .arg(Arg::new("shell").value_name("SHELL").required(true).value_parser(shell).help("The shell"))
}

/// The command line of `man`.
pub(crate) fn man_command() -> Command {
    Command::new("man")
        .about("Print the manual page of `cargo xtask`, or write one for each command")
        .after_help("Examples:\n  cargo xtask man | man -l -\n  cargo xtask man --out target/man")
        .arg(
            Arg::new("out")
                .long("out")
                .value_name("DIR")
                .value_parser(value_parser!(PathBuf))
                .help("Write DIR/cargo-xtask.1 and DIR/cargo-xtask-<command>.1 instead"),
        )
}

/// Runs `completions`.
pub(crate) fn completions(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    let shell = matches.get_one::<String>("shell").map_or("", String::as_str);
    built_with!("outputs", console, completions::print_for(registry, shell))
}

/// Runs `man`.
pub(crate) fn man(matches: &ArgMatches, console: Console) -> Outcome {
    let out = matches.get_one::<PathBuf>("out").map(PathBuf::as_path);
    built_with!("outputs", console, manual::make(out, console))
}
