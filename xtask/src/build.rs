//! `build`: every command at once.

use clap::Command;
use registry_command::console::Console;
use registry_command::failure::Outcome;

use crate::relaunch;

pub(crate) fn command() -> Command {
    Command::new("build").about("Build every command once, so that none has to wait later").after_help(
        "Commands that run agents, ask package registries or write other formats are built when they are first used,\n\
         each for minutes. This builds all of them, and `cargo pin`; it takes some minutes, and a second run none.\n\n\
         Examples:\n  cargo xtask build",
    )
}

pub(crate) fn run(console: Console) -> Outcome {
    relaunch::build_all(console)
}
