//! The command line of `pin`. Its work needs a build with the feature `supply`.

use clap::{Arg, ArgAction, ArgMatches, Command};
use registry_model::model::Registry;

use crate::relaunch::built_with;
use registry_command::console::Console;
use registry_command::failure::Outcome;
pub(crate) fn command() -> Command {
    Command::new("pin")
        .about("Write the locks: the exact version and checksum of everything that an agent installs")
        .after_help(
            "`cargo pin` and `cargo xtask pin` do the same. Where an entry has no lock yet, `cargo xtask` does not build:\n\
             then use `cargo pin`, which is built without that check. With `--check`, either will do.\n\n\
             Versions come from PKG=VERSION or PKG@VERSION, else from the lock that is there, else the latest.\n\
             Packages whose versions must match are given together, as in the second example. Releases younger than\n\
             7 days are skipped, for the whole tree; a version that is named is taken whatever its age.\n\
             BENCHFLOW_NPM_REGISTRY and BENCHFLOW_PYPI_INDEX name other places to ask; no lock holds a place.\n\n\
             A lock has the license of each package, as the package names it; a license that changed is a warning.\n\n\
             Examples:\n  \
             cargo pin my-agent\n  \
             cargo pin my-agent my-adapter=0.0.34 @scope/my-agent=0.87.1\n  \
             cargo xtask pin --check",
        )
        .arg(Arg::new("what").value_name("AGENT|PKG=VERSION").action(ArgAction::Append).help("Agents (all, when none is given) and versions"))
        .arg(
            Arg::new("check")
                .long("check")
                .action(ArgAction::SetTrue)
                .help("Write nothing; list pins that cannot be fetched any more (exit 1), and old ones"),
        )
        .arg(
            Arg::new("licenses")
                .long("licenses")
                .action(ArgAction::SetTrue)
                .conflicts_with("check")
                .help("Add the licenses of the pinned packages to the locks; change no pin"),
        )
}
pub(crate) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    built_with!("supply", console, pin(registry, matches, console))
}

#[cfg(feature = "supply")]
fn pin(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    let words: Vec<&str> = matches.get_many::<String>("what").unwrap_or_default().map(String::as_str).collect();
    let request = registry_supply::pin::request::PinRequest::read(registry, &words)?;
    if matches.get_flag("licenses") {
        registry_supply::pin::write::write_licenses(registry, &request, console)
    } else if matches.get_flag("check") {
        registry_supply::pin::write::check(registry, &request, console)
    } else {
        registry_supply::pin::write::write(registry, &request, console)
    }
}
