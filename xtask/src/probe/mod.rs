//! `probe`: the command line, and what evidence is stale. What runs is in `registry-live`, which only a build with the
//! feature `live` has.

pub(crate) mod evidence;
#[cfg(feature = "live")]
pub(crate) mod live;
#[cfg(any(feature = "live", feature = "supply"))]
mod stale;

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use registry_model::model::Registry;

use crate::relaunch::built_with;
use crate::verify;
use registry_command::console::Console;
use registry_command::failure::Outcome;

/// The command line.
pub(crate) fn command() -> Command {
    let switch = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
    Command::new("probe")
        .about("Prove on the wire where the calls of agents go, what their commands see, and that a web policy works")
        .after_help(
            "Examples:\n  cargo xtask probe --site mirror/site.toml my-agent\n  cargo xtask probe --write my-agent\n  \
             cargo xtask probe --stale --write\n  cargo xtask probe --values my-agent\n  cargo xtask probe --check\n\
             Exit status: 0 when some routing is proved and nothing failed (with --require: when all of those\n\
             is proved), 1 otherwise; 2 when an agent could not be measured, since the machine or the probe failed.\n\
             With --check: 1 when something is stale.",
        )
        .arg(
            Arg::new("agent")
                .value_name("AGENT")
                .action(ArgAction::Append)
                .help("Agents by name or alias; all, when none is given"),
        )
        .arg(
            option("require", "A,B", "Agents of which everything must be proved")
                .value_delimiter(',')
                .action(ArgAction::Append),
        )
        .arg(
            option("site", "FILE", "Where artefacts come from at this site; its folders are shown to the sandbox")
                .value_parser(value_parser!(PathBuf)),
        )
        .arg(verify::sandbox().default_value("bwrap").help("The kind of sandbox"))
        .args(verify::places())
        .arg(option("jobs", "N", "Agents at a time").value_parser(value_parser!(usize)).default_value("1"))
        .arg(option("run", "A,B", "These runs only, by their names").value_delimiter(',').action(ArgAction::Append))
        .arg(
            option("break", "A,B", "Break these on purpose, to see the verdicts turn that hang on them")
                .value_delimiter(',')
                .action(ArgAction::Append)
                .value_parser(["model", "place", "server", "policy", "secret", "hosts"]),
        )
        .arg(
            switch("values")
                .conflicts_with_all(["run", "require"])
                .help("Give agents keys, model ids and base URLs that break things, and read them back on the wire"),
        )
        .arg(switch("keep").help("Leave the sandboxes and the server's logs for a look into them"))
        .arg(switch("json").help("Print the evidence as JSON"))
        .arg(
            switch("write")
                .conflicts_with_all(["run", "break", "values", "image", "network"])
                .help("Write the verdicts on each agent beside its entry as soon as it is done"),
        )
        .arg(
            option("from", "FILE", "Take the agents of this report (`--json`) of a finished run; nothing is run")
                .value_parser(value_parser!(PathBuf))
                .requires("write")
                .conflicts_with_all(["site", "rootfs", "json", "keep", "stale", "require"]),
        )
        .arg(
            switch("stale")
                .conflicts_with_all(["run", "break", "values"])
                .help("Run only the agents whose evidence is stale"),
        )
        .arg(
            switch("check")
                .conflicts_with_all(["site", "json", "keep", "require", "run", "break", "write", "values", "stale"])
                .help("Say what evidence is stale, without installing or running anything"),
        )
}

fn option(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help)
}

/// Runs it.
pub(crate) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    if matches.get_flag("check") {
        let named = matches.get_many::<String>("agent").unwrap_or_default().map(String::as_str);
        let named: Vec<&str> = named.collect();
        return built_with!("supply", console, stale::check(registry, &named));
    }
    built_with!("live", console, live::run(registry, matches, console))
}
