//! `model-server`: a fake model provider for proofs of agents; hidden, since commands start it, not people.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};

use crate::relaunch::built_with;
use registry_command::console::Console;
use registry_command::failure::Outcome;
pub(crate) fn command() -> Command {
    Command::new("model-server")
        .about("Serve a fake model provider by a plan, and record requests, until the standard input ends")
        .after_help("The plan's tool is called only when the prompt of the request contains `PROBE-SHELL`.")
        .hide(true)
        .arg(file("plan", "The addresses and answers, as JSON"))
        .arg(file("log", "The file for requests, one JSON object per line"))
        .arg(file("ready", "The file that is written when it listens: the addresses, as JSON"))
}

fn file(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name("FILE").help(help).required(true).value_parser(value_parser!(PathBuf))
}
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
