//! `model-server`: the provider of a model that agents are proved against; hidden, since commands start it, not people.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};

use crate::relaunch::built_with;
use registry_command::console::Console;
use registry_command::failure::Outcome;

/// The command line.
pub(crate) fn command() -> Command {
    Command::new("model-server")
        .about("Play the provider of a model by a plan, and record what arrives, until the standard input ends")
        .after_help("The plan's tool is called only when the prompt of the request contains `PROBE-SHELL`.")
        .hide(true)
        .arg(file("plan", "What it answers, and where, as JSON"))
        .arg(file("log", "Where requests are recorded, a JSON object a line"))
        .arg(file("ready", "What is written when it listens: the addresses, as JSON"))
}

fn file(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name("FILE").help(help).required(true).value_parser(value_parser!(PathBuf))
}

/// Runs it.
pub(crate) fn run(matches: &ArgMatches, console: Console) -> Outcome {
    built_with!("live", console, live::run(matches))
}

#[cfg(feature = "live")]
mod live {
    use std::path::PathBuf;

    use clap::ArgMatches;

    use registry_command::failure::{Failure, Outcome, Status};

    pub(super) fn run(matches: &ArgMatches) -> Outcome {
        let path = |name: &str| matches.get_one::<PathBuf>(name).cloned().unwrap_or_default();
        registry_live::model_server::run(&path("plan"), &path("log"), &path("ready"))
            .map_err(|refusal| Failure::new(refusal.message).help(refusal.help))?;
        Ok(Status::Done)
    }
}
