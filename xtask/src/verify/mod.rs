//! `verify`: the command line; what runs is in `registry-live`, which only a build with the feature `live` has.

#[cfg(feature = "live")]
mod live;

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use registry_model::model::Registry;

use crate::relaunch::built_with;
use registry_command::console::Console;
use registry_command::failure::Outcome;

/// The command line.
pub(crate) fn command() -> Command {
    Command::new("verify")
        .about("Install agents in a sandbox, start them, and hold what they answer over ACP against their entries")
        .after_help(
            "Exit status: 0 when at least one agent passed, and every required one (without --require: and none failed);\n\
             1 otherwise; 2 when nothing could be run.\n\n\
             Examples:\n  \
             cargo xtask verify my-agent\n  \
             cargo xtask verify --site mirror/site.toml --jobs 2 --json\n  \
             cargo xtask verify my-agent --require my-agent --keep",
        )
        .arg(Arg::new("agent").value_name("AGENT").action(ArgAction::Append).help("Agents by name or alias; all, when none is given"))
        .arg(option("require", "A,B", "Agents that must pass").value_delimiter(',').action(ArgAction::Append))
        .arg(option("site", "FILE", "Where artefacts come from at this site; its folders are shown to the sandbox").value_parser(value_parser!(PathBuf)))
        .arg(option("sandbox", "KIND", "bwrap or docker; without it, the first that works here").value_parser(["bwrap", "docker"]))
        .arg(option("rootfs", "DIR", "The root to install over, made by debootstrap; without it, this machine's own").value_parser(value_parser!(PathBuf)))
        .arg(option("image", "NAME", "The image of the container, for docker"))
        .arg(option("jobs", "N", "Agents at a time").value_parser(value_parser!(usize)).default_value("1"))
        .arg(Arg::new("keep").long("keep").action(ArgAction::SetTrue).help("Leave the sandboxes for a look into them"))
        .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help("Print the evidence as JSON"))
}

fn option(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help)
}

/// Runs it.
pub(crate) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    built_with!("live", console, live::run(registry, matches, console))
}
