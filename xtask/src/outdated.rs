//! The command line of `outdated`. Its work needs a build with the feature `supply`.

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use registry_model::model::Registry;

use crate::relaunch::built_with;
use registry_command::console::Console;
use registry_command::failure::Outcome;
pub(crate) fn command() -> Command {
    Command::new("outdated")
        .about("List the packages of the entries with their newest versions, and why a newer one is not allowed")
        .after_help(
            "Packages that an entry `carries` are listed too; their versions follow from those of others.\n\
             A version is allowed when it is old enough, its Node.js or Python is the pinned one, and it has every\n\
             platform package that the lock has now. `cargo pin AGENT PKG=VERSION` moves a pin.\n\n\
             Examples:\n  cargo xtask outdated\n  cargo xtask outdated my-agent --min-age 0\n  \
             cargo xtask outdated --json\n\
             Exit status: 0 nothing is newer, 1 something is newer, 2 a registry did not answer.",
        )
        .arg(
            Arg::new("agent")
                .value_name("AGENT")
                .action(ArgAction::Append)
                .help("Agents by name or alias; all, when none is given"),
        )
        .arg(
            Arg::new("min-age")
                .long("min-age")
                .value_name("DAYS")
                .default_value("7")
                .value_parser(value_parser!(u64))
                .help("The minimum age of a release in days"),
        )
        .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).help("Print JSON"))
}
pub(crate) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    built_with!("supply", console, made::run(registry, matches, console))
}

#[cfg(feature = "supply")]
mod made {
    use std::fmt::Write;

    use clap::ArgMatches;
    use registry_command::console::{Console, print};
    use registry_command::failure::{Outcome, Status};
    use registry_command::lookup;
    use registry_command::text::table as columns;
    use registry_model::model::{Agent, Registry};
    use registry_supply::clients::{self, Tools};
    use registry_supply::outdated::choice::Limits;
    use registry_supply::outdated::rows::{Row, rows};

    use crate::{json, list};

    /// The name and version of the JSON form.
    const SCHEMA: &str = "benchflow-outdated/1";

    pub(super) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
        let named = matches.get_many::<String>("agent").unwrap_or_default();
        let named: Vec<&Agent<'_>> = named.map(|name| lookup::agent(registry, name)).collect::<Outcome<_>>()?;
        let agents = if named.is_empty() { registry.agents() } else { named };
        let min_age = matches.get_one::<u64>("min-age").copied().unwrap_or(7);
        for agent in &agents {
            agent.read_lock()?;
        }
        let tools = Tools::prepare(&clients::cache(registry), console)?;
        console.progress("querying the registries");
        let rows = rows(&tools, &agents, Limits { min_age, may_lose_targets: false });
        console.clear();
        let rows = rows?;
        if matches.get_flag("json") {
            let value = serde_json::json!({"schema": SCHEMA, "min_age": min_age, "packages": rows});
            print(list::pretty(&json::sorted(value))?)?;
        } else {
            print(table(&rows).trim_end())?;
        }
        Ok(Status::found(rows.iter().any(Row::is_outdated)))
    }

    fn table(rows: &[Row]) -> String {
        let heads = ["agent", "package", "pinned", "newest", "newest allowed"].map(str::to_owned);
        let mut cells = vec![heads];
        cells.extend(rows.iter().map(|it| {
            let newest = if it.is_outdated() { it.newest.text() } else { "-".to_owned() };
            let allowed = if it.allowed.version == it.pinned.version { "-".to_owned() } else { it.allowed.text() };
            let package = if it.carried { format!("{} (carried)", it.package) } else { it.package.clone() };
            [it.agent.clone(), package, it.pinned.text(), newest, allowed]
        }));
        let mut text = columns(&cells);
        for row in rows {
            for why in &row.why {
                let _ = writeln!(text, "{} {}: {why}", row.agent, row.package);
            }
        }
        let (newer, allowed) = (
            rows.iter().filter(|it| it.is_outdated()).count(),
            rows.iter().filter(|it| it.allowed.version != it.pinned.version).count(),
        );
        text + &format!("{} packages: {newer} have a newer version, {allowed} of them one that is allowed", rows.len())
    }

    #[cfg(test)]
    mod tests {
        use registry_supply::outdated::rows::Dated;

        use super::*;

        #[test]
        fn outdated_row_shows_the_allowed_version_and_reasons() {
            let dated = |version: &str| Dated { version: version.to_owned(), date: String::new(), days: Some(9) };
            let row = |newest: &str, allowed: &str, why: &[&str]| Row {
                agent: "fixture".to_owned(),
                package: "a".to_owned(),
                carried: newest == "3.0.0",
                pinned: dated("1.0.0"),
                newest: dated(newest),
                allowed: dated(allowed),
                why: why.iter().map(ToString::to_string).collect(),
                candidates: Vec::new(),
            };
            let rows =
                [row("1.0.0", "1.0.0", &[]), row("3.0.0", "2.0.0", &["3.0.0 is 2 days old, and 7 are required"])];
            let expected = "\
agent    package      pinned       newest       newest allowed
fixture  a            1.0.0 (9 d)  -            -
fixture  a (carried)  1.0.0 (9 d)  3.0.0 (9 d)  2.0.0 (9 d)
fixture a: 3.0.0 is 2 days old, and 7 are required
2 packages: 1 have a newer version, 1 of them one that is allowed";
            assert_eq!(table(&rows), expected);
        }
    }
}
