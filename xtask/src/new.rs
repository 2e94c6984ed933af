//! The command line of `new`. Its work needs a build with the feature `supply`.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Command, value_parser};
use registry_model::model::Registry;

use crate::relaunch::built_with;
use registry_command::console::Console;
use registry_command::failure::Outcome;
pub(crate) fn command() -> Command {
    let from = |name: &'static str, value: &'static str| Arg::new(name).long(name).value_name(value);
    Command::new("new")
        .about("Write a new entry with its lock, from a package's own metadata")
        .after_help(
            "It writes src/agents/<name>.rs and its lock, and adds the name to the list; all of it or nothing. What no\n\
             package says is printed as a checklist.\n\n\
             Examples:\n  \
             cargo xtask new my-agent --npm @scope/my-agent@1.2.3 -- --acp\n  \
             cargo xtask new my-agent --pypi my-agent --bin my-agent-acp --dry-run\n  \
             cargo xtask new my-agent --acp agent.json\n  \
             cargo xtask new my-agent --program my-agent.mjs",
        )
        .arg(Arg::new("name").value_name("NAME").required(true).help("Its name, for example my-agent"))
        .arg(from("npm", "PKG[@V]").help("A package of the npm registry"))
        .arg(from("pypi", "PKG[@V]").help("A package of the Python package index"))
        .arg(from("acp", "FILE").value_parser(value_parser!(PathBuf)).help("An agent.json of the public ACP registry"))
        .arg(from("program", "FILE").value_parser(value_parser!(PathBuf)).help("A program that is shipped beside the entry"))
        .group(ArgGroup::new("from").args(["npm", "pypi", "acp", "program"]).required(true))
        .arg(Arg::new("bin").conflicts_with("program").long("bin").value_name("PROGRAM").help("The program that speaks ACP, if there are several"))
        .arg(Arg::new("dry-run").long("dry-run").action(ArgAction::SetTrue).help("Write nothing; print what would be written"))
        .arg(Arg::new("arguments").value_name("ARGS").num_args(0..).last(true).help("The arguments that make it speak ACP"))
}
pub(crate) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    built_with!("supply", console, made::run(registry, matches, console))
}

#[cfg(feature = "supply")]
mod made {
    use std::path::PathBuf;

    use clap::ArgMatches;
    use registry_command::console::{Console, print};
    use registry_command::failure::{Outcome, Status};
    use registry_model::model::Registry;
    use registry_supply::new::make::{checklist, made, write};
    use registry_supply::new::source::Source;

    use crate::output;

    pub(super) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
        let word = |option: &str| matches.get_one::<String>(option).map(String::as_str);
        let mut source = source(matches)?;
        source.arguments.extend(matches.get_many::<String>("arguments").unwrap_or_default().cloned());
        let (place, made) = made(registry, word("name").unwrap_or_default(), &source, word("bin"), console)?;
        if matches.get_flag("dry-run") {
            print(format!("{}:\n\n{}", place.entry.display(), made.entry))?;
            print(output::diff(&place.list.path, place.list.text(), &made.list).trim_end())?;
            for (path, bytes) in &made.beside {
                print(format!("{}: {} bytes", path.display(), bytes.len()))?;
            }
            print("nothing was written")?;
            return Ok(Status::Done);
        }
        for path in write(&place, &made)? {
            console.step(format!("  written: {}", path.display()));
        }
        print(checklist(&place, &made, &source))?;
        Ok(Status::Done)
    }

    /// The source that the command line names.
    fn source(matches: &ArgMatches) -> Outcome<Source> {
        let word = |option: &str| matches.get_one::<String>(option);
        if let Some(spec) = word("npm") {
            return Source::npm(spec);
        }
        if let Some(spec) = word("pypi") {
            return Source::pypi(spec);
        }
        if let Some(path) = matches.get_one::<PathBuf>("program") {
            return Source::program(path);
        }
        Source::acp(&matches.get_one::<PathBuf>("acp").cloned().unwrap_or_default())
    }
}
