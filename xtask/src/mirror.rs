//! The command line of `mirror`. Its work needs a build with the feature `supply`.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use registry_model::model::Registry;

use crate::relaunch::built_with;
use registry_command::console::Console;
use registry_command::failure::Outcome;
pub(crate) fn command() -> Command {
    Command::new("mirror")
        .about("Fetch everything that installs need into one folder, and write a site file for it")
        .after_help(
            "Other files of earlier runs in the folder are removed. A run into the same folder fetches only missing files.\n\
             BENCHFLOW_NPM_REGISTRY and BENCHFLOW_PYPI_INDEX name other registries.\n\
             Exit status: 0 complete, 1 something is unavailable, 2 the command could not run.\n\n\
             Examples:\n  \
             cargo xtask mirror --out mirror --agent my-agent\n  \
             cargo xtask mirror --out mirror --target all --record\n  \
             cargo xtask mirror --out mirror --target all --url https://files.example.org/agents",
        )
        .arg(path("out", "DIR", "The folder of the mirror").required(true))
        .arg(many("agent", "NAME", "Only this agent (by name or alias); can be repeated"))
        .arg(many("target", "TARGET", "This target (or `all`) instead of the machine's own; can be repeated"))
        .arg(
            Arg::new("url")
                .long("url")
                .value_name("URL")
                .help("The URL of the served folder; without it, the site file names the folder itself"),
        )
        .arg(path("site", "FILE", "The site whose sources, checksums and prefix the mirror starts from"))
        .arg(
            Arg::new("substitute-runtimes")
                .long("substitute-runtimes")
                .action(ArgAction::SetTrue)
                .help("Pack Node.js from its PyPI wheel if its maker's archive is unavailable"),
        )
        .arg(
            Arg::new("record")
                .long("record")
                .action(ArgAction::SetTrue)
                .help("Record for docs/agents.md which targets of which agents have all of their artefacts in the mirror"),
        )
        .arg(
            path("python", "DIR", "Pack this CPython (DIR/bin/python3) if its line cannot be fetched; once a line")
                .action(ArgAction::Append),
        )
}

fn path(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).value_parser(value_parser!(PathBuf)).help(help)
}

fn many(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).action(ArgAction::Append).help(help)
}
pub(crate) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
    built_with!("supply", console, made::run(registry, matches, console))
}

#[cfg(feature = "supply")]
mod made {
    use std::path::PathBuf;
    use std::time::Instant;

    use clap::ArgMatches;
    use registry_command::console::{Console, print};
    use registry_command::failure::{Failure, Outcome, Status};
    use registry_command::lookup;
    use registry_command::text::count;
    use registry_model::model::{Registry, Target};
    use registry_outputs::targets::Done;
    use registry_supply::mirror::make::{Summary, mirror};
    use registry_supply::mirror::request::MirrorRequest;

    use crate::{gen_scripts, rendering, targets};

    /// The word for every target on the command line.
    const ALL: &str = "all";

    pub(super) fn run(registry: &Registry<'_>, matches: &ArgMatches, console: Console) -> Outcome {
        let start = Instant::now();
        let request = request(registry, matches)?;
        let Summary { folder, files: (files, bytes), new, removed, missing, whole } =
            mirror(registry, &request, console)?;
        if matches.get_flag("record") {
            for (agent, targets) in whole {
                targets::record(registry, lookup::agent(registry, &agent)?, &targets, Done::Fetched)?;
            }
        }
        for missing in &missing {
            console.error(missing);
        }
        if !missing.is_empty() {
            console.step(
                "help: where a package is gone, pin another version (`cargo pin AGENT`); for Node.js use\n      \
                 `--substitute-runtimes`, for CPython `--python DIR` with one of this machine;\n      \
                 or name another source with `--site`; what came is kept, and the mirror serves it",
            );
        }
        console.clear();
        print(format!(
            "{} on {}: {} ({new} new, {removed} removed, {} missing), {bytes} bytes in {}, {:.2} s",
            count(request.agents.len(), "agent"),
            request.targets.iter().map(|it| it.id()).collect::<Vec<_>>().join(" and "),
            count(files, "file"),
            missing.len(),
            folder.display(),
            start.elapsed().as_secs_f64()
        ))?;
        Ok(Status::found(!missing.is_empty()))
    }

    fn request<'a>(registry: &Registry<'a>, matches: &ArgMatches) -> Outcome<MirrorRequest<'a>> {
        let path = |name: &str| matches.get_one::<PathBuf>(name).cloned();
        let named: Vec<&String> = matches.get_many("agent").unwrap_or_default().collect();
        let targets = matches.get_many::<String>("target").unwrap_or_default();
        let request = MirrorRequest {
            out: path("out").unwrap_or_default(),
            agents: gen_scripts::select(registry, &named)?,
            targets: select_targets(targets.map(String::as_str))?,
            site: rendering::site(path("site").as_deref())?,
            substitute_node: matches.get_flag("substitute-runtimes"),
            pythons: matches.get_many("python").unwrap_or_default().cloned().collect(),
            keeps_others: false,
            url: matches.get_one::<String>("url").map(|url| url.trim_end_matches('/').to_owned()),
        };
        if let Some(url) = &request.url
            && url.starts_with('/')
        {
            return Err(Failure::new(format!("`--url {url}` is a folder"))
                .help("leave `--url` out: the site file then names the folder of `--out`"));
        }
        Ok(request)
    }

    fn select_targets<'w>(words: impl Iterator<Item = &'w str>) -> Outcome<Vec<Target>> {
        let ids = || Target::ALL.into_iter().map(Target::id);
        let mut named = Vec::new();
        for word in words {
            match Target::from_id(word) {
                Some(target) => named.push(target),
                None if word == ALL => named.extend(Target::ALL),
                None => {
                    let known: Vec<&str> = ids().chain([ALL]).collect();
                    return Err(Failure::new(format!("no such target: `{word}`")).help(lookup::meant(
                        word,
                        &known,
                        "the targets are",
                    )));
                }
            }
        }
        if named.is_empty() {
            named.push(Target::own());
        }
        Ok(Target::ALL.into_iter().filter(|target| named.contains(target)).collect())
    }
}
