//! `model-server`: the provider of a model that agents are proved against; hidden, since commands start it, not people.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};

use crate::console::Console;
use crate::failure::Outcome;

/// The command line.
pub(crate) fn command() -> Command {
    Command::new("model-server")
        .about("Play the provider of a model by a plan, and record what arrives, until the standard input ends")
        .hide(true)
        .arg(file("plan", "What it answers, and where, as JSON"))
        .arg(file("log", "Where requests are recorded, a JSON object a line"))
        .arg(file("ready", "What is written when it listens: the addresses, as JSON"))
}

fn file(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name("FILE").help(help).required(true).value_parser(value_parser!(PathBuf))
}

/// Runs it.
#[cfg(feature = "live")]
pub(crate) fn run(matches: &ArgMatches, _: Console) -> Outcome {
    use crate::failure::{Failure, Status};
    let path = |name: &str| matches.get_one::<PathBuf>(name).cloned().unwrap_or_default();
    registry_live::model_server::run(&path("plan"), &path("log"), &path("ready"))
        .map_err(|refusal| Failure::new(refusal.message).help(refusal.help))?;
    Ok(Status::Done)
}

/// Has it run by a build that can.
#[cfg(not(feature = "live"))]
pub(crate) fn run(_: &ArgMatches, console: Console) -> Outcome {
    crate::relaunch::with(&["live"], "what runs real agents", console)
}
