//! The command line of `verify`. The runs are in `registry-live`, which only a build with the feature `live` has.

#[cfg(feature = "live")]
mod live;

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use registry_model::model::Registry;

use crate::relaunch::built_with;
use registry_command::console::Console;
use registry_command::failure::Outcome;
pub(crate) fn command() -> Command {
    Command::new("verify")
        .about("Install agents in a sandbox, start them, and compare their answers over ACP with their entries")
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
        .arg(option("site", "FILE", "The site file: sources of artefacts; its folders are mounted in the sandbox").value_parser(value_parser!(PathBuf)))
        .arg(sandbox().help("The kind of sandbox; without it, the first that works here"))
        .args(places())
        .arg(option("jobs", "N", "Agents at a time").value_parser(value_parser!(usize)).default_value("1"))
        .arg(
            Arg::new("record")
                .long("record")
                .action(ArgAction::SetTrue)
                .help("Record for docs/agents.md on which target the agents that pass were run"),
        )
        .arg(Arg::new("keep").long("keep").action(ArgAction::SetTrue).help("Keep the sandboxes for debugging"))
        .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help("Print the evidence as JSON"))
}

/// The option that names a kind of sandbox.
pub(crate) fn sandbox() -> Arg {
    Arg::new("sandbox").long("sandbox").value_name("KIND").value_parser(["bwrap", "docker", "podman"])
}

/// The options for the root and the network of a sandbox.
pub(crate) fn places() -> [Arg; 3] {
    let root = "For bwrap, the root to install over, made by debootstrap; without it, this machine's own";
    [
        option("rootfs", "DIR", root).value_parser(value_parser!(PathBuf)),
        option("image", "NAME", "For a container, the image to install over, which is never pulled [debian:12-slim]"),
        option("network", "NAME", "For a container, the engine's network for installs that need one"),
    ]
}

fn option(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help)
}
pub(crate) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    built_with!("live", console, live::run(registry, matches, console))
}
