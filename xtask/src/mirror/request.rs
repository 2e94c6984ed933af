//! What `mirror` is asked for.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use registry::site::Site;
use registry_core::model::{Agent, Registry, Target};

use super::{own_target, pages};
use crate::failure::{Failure, Outcome};
use crate::{gen_scripts, lookup, rendering};

/// Every target, as a word of the command line.
const ALL: &str = "all";

/// The command line.
pub(crate) fn command() -> Command {
    Command::new("mirror")
        .about("Fetch everything that installs need into one folder, with the site file that names it")
        .after_help(
            "The folder holds what the command line asks for: what earlier runs brought besides is removed. A run into\n\
             the same folder fetches only what is missing. BENCHFLOW_NPM_REGISTRY and BENCHFLOW_PYPI_INDEX name other\n\
             places to ask. Exit status: 0 all is there, 1 something cannot be had, 2 the command could not run.\n\n\
             Examples:\n  \
             cargo xtask mirror --out mirror --agent my-agent\n  \
             cargo xtask mirror --out mirror --target all --url https://files.example.org/agents",
        )
        .arg(path("out", "DIR", "The folder of the mirror").required(true))
        .arg(many("agent", "NAME", "Only this agent (by name or alias); may be repeated"))
        .arg(many("target", "TARGET", "This target (or `all`) instead of the machine's own; may be repeated"))
        .arg(
            Arg::new("url")
                .long("url")
                .value_name("URL")
                .help("Where the folder will be served; without it the site file names the folder itself"),
        )
        .arg(path("site", "FILE", "A site whose places, checksums and prefix the mirror starts from"))
        .arg(
            Arg::new("substitute-runtimes")
                .long("substitute-runtimes")
                .action(ArgAction::SetTrue)
                .help("Pack Node.js from its PyPI wheel where its maker's archive cannot be had"),
        )
        .arg(path("python", "DIR", "Pack this CPython (DIR/bin/python3) where its maker's archive cannot be had"))
}

fn path(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).value_parser(value_parser!(PathBuf)).help(help)
}

fn many(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).action(ArgAction::Append).help(help)
}

/// What is to be mirrored, and where.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    /// The folder.
    pub out: PathBuf,
    /// The agents.
    pub agents: Vec<&'a Agent<'a>>,
    /// The targets, in the order of tables.
    pub targets: Vec<Target>,
    /// Where everything comes from.
    pub site: Site,
    /// Whether Node.js may be packed from its wheel.
    pub substitute_node: bool,
    /// A `CPython` that may be packed.
    pub python: Option<PathBuf>,
    url: Option<String>,
}

impl<'a> Request<'a> {
    /// Reads the command line.
    pub(crate) fn read(registry: &Registry<'a>, matches: &ArgMatches) -> Outcome<Self> {
        let path = |name: &str| matches.get_one::<PathBuf>(name).cloned();
        let named: Vec<&String> = matches.get_many("agent").unwrap_or_default().collect();
        let targets = matches.get_many::<String>("target").unwrap_or_default();
        let request = Self {
            out: path("out").unwrap_or_default(),
            agents: gen_scripts::select(registry, &named)?,
            targets: select_targets(targets.map(String::as_str))?,
            site: rendering::site(path("site").as_deref())?,
            substitute_node: matches.get_flag("substitute-runtimes"),
            python: path("python"),
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

    /// The URL or folder that the site file names; what no site may have as a place is refused.
    pub(crate) fn base(&self, folder: &Path) -> Outcome<String> {
        let base = self.url.clone().unwrap_or_else(|| folder.to_string_lossy().into_owned());
        let option = if self.url.is_some() { "--url" } else { "--out" };
        let refused = |error: registry::site::SiteError| Failure::new(format!("`{option}`: {}", error.message));
        pages::places(&self.site, &base).validate().map_err(refused)?;
        Ok(base)
    }
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
                return Err(Failure::new(format!("there is no target `{word}`")).help(lookup::meant(
                    word,
                    &known,
                    "the targets are",
                )));
            }
        }
    }
    if named.is_empty() {
        named.push(own_target());
    }
    Ok(Target::ALL.into_iter().filter(|target| named.contains(target)).collect())
}
