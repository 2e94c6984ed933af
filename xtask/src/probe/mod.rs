//! The command line of `probe`, and the check for stale evidence. The runs are in `registry-live`, which only a build
//! with the feature `live` has.

mod compare;
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
pub(crate) fn command() -> Command {
    let switch = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
    Command::new("probe")
        .about("Measure where calls of agents go, what their commands see, and whether the web policy works")
        .after_help(
            "Examples:\n  cargo xtask probe --site mirror/site.toml my-agent\n  cargo xtask probe --write my-agent\n  \
             cargo xtask probe --stale --write\n  cargo xtask probe --stale=0 --write\n  \
             cargo xtask probe --values my-agent\n  cargo xtask probe --check\n  \
             cargo xtask probe --compare old.json my-agent\n\
             Exit status: 0 when some routing is proved and nothing failed (with --require: when all of those\n\
             is proved), 1 otherwise; 2 when an agent could not be measured, since the machine or the probe failed.\n\
             With --check: 1 when something is stale. With --compare: 1 when the two differ.",
        )
        .arg(
            Arg::new("agent")
                .value_name("AGENT")
                .action(ArgAction::Append)
                .help("Agents by name or alias; all, when none is given"),
        )
        .arg(
            option("require", "A,B", "Agents with all questions to be proved")
                .value_delimiter(',')
                .action(ArgAction::Append),
        )
        .arg(
            option("site", "FILE", "The site file: sources of artefacts; its folders are mounted in the sandbox")
                .value_parser(value_parser!(PathBuf)),
        )
        .arg(verify::sandbox().default_value("bwrap").help("The kind of sandbox"))
        .args(verify::places())
        .arg(
            option("jobs", "N", "Runs at a time, of one agent or of several")
                .value_parser(value_parser!(usize))
                .default_value("1"),
        )
        .arg(option("run", "A,B", "These runs only, by their names").value_delimiter(',').action(ArgAction::Append))
        .arg(
            option("break", "A,B", "Break these on purpose, to see the verdicts that depend on them change")
                .value_delimiter(',')
                .action(ArgAction::Append)
                .value_parser(["model", "place", "server", "policy", "secret", "hosts"]),
        )
        .arg(
            switch("values")
                .conflicts_with_all(["run", "require"])
                .help("Give agents hostile keys, model ids and base URLs, and check that they arrive unchanged"),
        )
        .arg(switch("keep").help("Keep the sandboxes and the server's logs for debugging"))
        .arg(switch("json").help("Print the evidence as JSON"))
        .arg(
            switch("write")
                .conflicts_with_all(["run", "break", "values", "image", "network"])
                .help("Write the evidence on each agent as soon as it is measured"),
        )
        .arg(
            option("from", "FILE", "Use this report (`--json`) of a finished run; nothing is run")
                .value_parser(value_parser!(PathBuf))
                .requires("write")
                .conflicts_with_all(["site", "rootfs", "json", "keep", "stale", "require"]),
        )
        .arg(
            Arg::new("stale")
                .long("stale")
                .value_name("DAYS")
                .num_args(0..=1)
                .require_equals(true)
                .value_parser(value_parser!(u64))
                .conflicts_with_all(["run", "break", "values"])
                .help("Run only agents with evidence that is stale, or older than these days; 30 without a number"),
        )
        .arg(
            switch("check")
                .conflicts_with_all(["site", "json", "keep", "require", "run", "break", "write", "values", "stale"])
                .help("List stale evidence, without installing or running anything"),
        )
        .arg(
            Arg::new("compare")
                .long("compare")
                .value_names(["OLD", "NEW"])
                .num_args(2)
                .conflicts_with_all(["agent", "require", "site", "run", "break", "values", "keep", "json", "write"])
                .conflicts_with_all(["from", "stale", "check"])
                .help("Print what differs between two evidences: agents by name, or files (`./x`, `x.json`)"),
        )
}

fn option(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help)
}
pub(crate) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    let compared: Vec<&String> = matches.get_many("compare").unwrap_or_default().collect();
    if let [old, new] = compared.as_slice() {
        return compare::run(registry, [old, new]);
    }
    if matches.get_flag("check") {
        let named = matches.get_many::<String>("agent").unwrap_or_default().map(String::as_str);
        let named: Vec<&str> = named.collect();
        return built_with!("supply", console, stale::check(registry, &named));
    }
    built_with!("live", console, live::run(registry, matches, console))
}
