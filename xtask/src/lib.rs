//! The commands over a registry, as a library: a private registry gets them with a binary of three lines.
//!
//! It contains no rules (they are in `registry-model`) and no rendering (that is in `registry-scripts`).
//!
//! ```
//! use registry_model::model::Registry;
//!
//! let words = ["cargo xtask", "explain", "I001"].map(Into::into);
//! assert_eq!(xtask::run_with(&Registry::EMPTY, words), std::process::ExitCode::SUCCESS);
//! ```

mod audit;
mod build;
mod dash;
mod discover;
mod explain;
mod findings;
mod gen_scripts;
mod generate;
mod lint;
mod list;
mod mirror;
mod model_server;
mod new;
mod outdated;
mod output;
mod pin;
mod probe;
mod relaunch;
mod release;
mod rendering;
mod resolve;
mod shell;
mod show;
#[cfg(any(feature = "live", feature = "supply"))]
mod targets;
mod unlisted;
mod upgrade;
mod verify;
mod violations;
#[cfg(feature = "live")]
mod watch;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Arg, ArgAction, Command};
use registry_command::console::{self, Console};
use registry_command::failure::{Outcome, Status};
use registry_model::model::Registry;
use registry_outputs::{facts, json};

/// Runs the command line of this process over a registry.
pub fn run(registry: &'static Registry<'static>) -> ExitCode {
    run_with(registry, std::env::args_os())
}

/// Runs a command line, the program's name first, over a registry.
pub fn run_with(registry: &Registry<'_>, words: impl IntoIterator<Item = OsString>) -> ExitCode {
    let words: Vec<OsString> = words.into_iter().collect();
    console::choose_colours(&words);
    let matches = match cli().color(clap_colours()).try_get_matches_from(words) {
        Ok(matches) => matches,
        Err(error) => {
            // If printing fails too, the exit status still reports the failure.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let console = Console::new(matches.get_flag("quiet"));
    match dispatch(registry, &matches, console) {
        Ok(Status::Done) => ExitCode::SUCCESS,
        Ok(Status::Found) => ExitCode::from(1),
        Ok(Status::Exit(status)) => ExitCode::from(status),
        Err(failure) => {
            console.error(failure);
            ExitCode::from(2)
        }
    }
}

/// The choice of colours for the parser's help and errors.
fn clap_colours() -> clap::ColorChoice {
    match anstream::ColorChoice::global() {
        anstream::ColorChoice::Always | anstream::ColorChoice::AlwaysAnsi => clap::ColorChoice::Always,
        anstream::ColorChoice::Never => clap::ColorChoice::Never,
        anstream::ColorChoice::Auto => clap::ColorChoice::Auto,
    }
}

fn cli() -> Command {
    Command::new("cargo xtask")
        .bin_name("cargo xtask")
        .version(env!("CARGO_PKG_VERSION"))
        .arg(
            Arg::new("quiet")
                .short('q')
                .long("quiet")
                .global(true)
                .action(ArgAction::SetTrue)
                .help("Print only answers, warnings and errors"),
        )
        .arg(
            Arg::new("color")
                .long("color")
                .value_name("WHEN")
                .global(true)
                .value_parser(console::COLOURS)
                .default_value("auto")
                .help("When to show colours; also set by NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE"),
        )
        .about("The commands over the registry of coding agents")
        .after_help("Exit status: 0 done, 1 something was found, 2 the command could not run.")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(build::command())
        .subcommand(gen_scripts::command())
        .subcommands(generate::commands())
        .subcommand(list::command())
        .subcommand(show::command())
        .subcommand(resolve::command())
        .subcommand(lint::command())
        .subcommand(audit::command())
        .subcommand(explain::command())
        .subcommand(new::command())
        .subcommand(discover::command())
        .subcommand(pin::command())
        .subcommand(outdated::command())
        .subcommand(upgrade::command())
        .subcommand(mirror::command())
        .subcommand(release::command())
        .subcommand(verify::command())
        .subcommand(model_server::command())
        .subcommand(probe::command())
        .subcommand(shell::completions_command())
        .subcommand(shell::man_command())
}

fn dispatch(registry: &Registry<'_>, matches: &clap::ArgMatches, console: Console) -> Outcome {
    upgrade::recover(registry, console)?;
    match matches.subcommand() {
        Some(("build", _)) => build::run(console),
        Some(("gen-scripts", matches)) => gen_scripts::run(registry, matches, console),
        Some(("list", matches)) => list::run(registry, matches, console),
        Some(("show", matches)) => show::run(registry, matches),
        Some(("resolve", matches)) => resolve::run(registry, matches, console),
        Some(("lint", matches)) => lint::run(registry, matches, console),
        Some(("audit", matches)) => audit::run(registry, matches, console),
        Some(("explain", matches)) => explain::run(matches, console),
        Some(("new", matches)) => new::run(registry, matches, console),
        Some(("try", matches)) => discover::run(registry, matches, console),
        Some(("pin", matches)) => pin::run(registry, matches, console),
        Some(("outdated", matches)) => outdated::run(registry, matches, console),
        Some(("upgrade", matches)) => upgrade::run(registry, matches, console),
        Some(("mirror", matches)) => mirror::run(registry, matches, console),
        Some(("release", matches)) => release::run(registry, matches, console),
        Some(("verify", matches)) => verify::run(registry, matches, console),
        Some(("model-server", matches)) => model_server::run(matches, console),
        Some(("probe", matches)) => probe::run(registry, matches, console),
        Some(("completions", matches)) => shell::completions(registry, matches, console),
        Some(("man", matches)) => shell::man(matches, console),
        Some((name, matches)) => generate::run(registry, name, matches, console).unwrap_or(Ok(Status::Done)),
        None => Ok(Status::Done),
    }
}
