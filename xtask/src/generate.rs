//! The generators besides `gen-scripts`, with a command for each, and `gen`, which runs all of them.
//!
//! The generators are in `registry_outputs`. Only a build with the feature `outputs` has them; other builds run such a
//! build.

#[cfg(feature = "outputs")]
pub(crate) mod make;

use clap::{ArgMatches, Command};
use registry_model::model::Registry;
use registry_outputs::{GENERATORS, Generator};

use crate::gen_scripts::{agent_option, check_option, no_dash_option, path_option, site_option};
use crate::relaunch::built_with;
use registry_command::console::Console;
use registry_command::failure::Outcome;

/// The command that runs every generator.
const ALL: &str = "gen";

/// The command lines.
pub(crate) fn commands() -> impl Iterator<Item = Command> {
    let all = Command::new(ALL)
        .about("Write all generated files: the scripts, and the files of every gen-… command")
        .after_help(
            "`gen --check` compares generated files with those in the tree; files that the tree does not keep are only generated.\n\n\
             Examples:\n  \
             cargo xtask gen\n  \
             cargo xtask gen --check\n  \
             cargo xtask gen --site site.toml --out /tmp/outputs",
        )
        .arg(path_option("out", "DIR", "The folder that gets the folders of all generators").default_value("."))
        .arg(site_option())
        .arg(check_option())
        .arg(no_dash_option());
    std::iter::once(all).chain(GENERATORS.iter().map(command))
}

fn command(generator: &Generator) -> Command {
    let out = path_option("out", "DIR", "The folder that gets the files").default_value(generator.folder);
    let examples = format!(
        "Examples:\n  cargo xtask {0}\n  cargo xtask {0} --check\n  cargo xtask {0} --out /tmp/{1}",
        generator.name, generator.folder
    );
    let command = Command::new(generator.name)
        .about(generator.about)
        .after_help(examples)
        .arg(out)
        .arg(site_option())
        .arg(check_option());
    if generator.by_agent { command.arg(agent_option()) } else { command }
}

/// Runs the command of a name; `None` if no generator has that name.
pub(crate) fn run(registry: &Registry<'_>, name: &str, matches: &ArgMatches, console: Console) -> Option<Outcome> {
    let generator = GENERATORS.iter().find(|generator| generator.name == name);
    if name != ALL && generator.is_none() {
        return None;
    }
    Some(built_with!("outputs", console, make::run(registry, generator, matches, console)))
}
