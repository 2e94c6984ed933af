//! The command line of `try`. Its runs need a build with the feature `upgrade`: they are of `live`, and what they find
//! is written as `new` writes.

#[cfg(feature = "upgrade")]
mod live;

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use registry_command::console::Console;
use registry_command::failure::Outcome;
use registry_model::model::Registry;

use crate::relaunch::built_with;
use crate::verify;

pub(crate) fn command() -> Command {
    let switch = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
    Command::new("try")
        .about("Find out how an agent gets its base URL, key and model, and suggest the fields of its entry")
        .after_help(
            "It installs the agent in a sandbox and starts it against a model server, once for each of the common ways:\n\
             variables, files of known families, session/set_model, a config option. Every variable and file has\n\
             values of its own, so the requests show which the agent reads. `protocol`, `env`, `config`, `model` and\n\
             `base_url` of the entry are not used: they are what is searched for.\n\n\
             Examples:\n  \
             cargo xtask try my-agent\n  \
             cargo xtask try my-agent --site mirror/site.toml --way openai,own\n  \
             cargo xtask try my-agent --write\n\
             Exit status: 0 when a way works, 1 when none does; 2 when the agent could not be run.",
        )
        .arg(Arg::new("agent").value_name("AGENT").required(true).help("The agent, by name or alias"))
        .arg(
            Arg::new("way")
                .long("way")
                .value_name("A,B")
                .value_delimiter(',')
                .action(ArgAction::Append)
                .help("These ways only, by the names that a run prints"),
        )
        .arg(
            Arg::new("site")
                .long("site")
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .help("The site file: sources of artefacts; its folders are mounted in the sandbox"),
        )
        .arg(verify::sandbox().help("The kind of sandbox; without it, the first that works here"))
        .args(verify::places())
        .arg(switch("write").help("Write the suggestion into an entry whose fields are those of `new`"))
        .arg(switch("keep").help("Keep the sandbox and the server's logs for debugging"))
        .arg(switch("json").help("Print what each way answered as JSON"))
}

pub(crate) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    built_with!("upgrade", console, live::run(registry, matches, console))
}
