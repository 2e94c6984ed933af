//! What `mirror` is asked for.

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use registry_model::model::{Agent, Registry, Target};
use registry_scripts::site::Site;

use super::pages;
use super::wanted::own_target;
use crate::failure::{Failure, Outcome};
use crate::{gen_scripts, lookup, rendering};

/// Every target, as a word of the command line.
const ALL: &str = "all";

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
    /// Whether what earlier runs brought stays.
    pub keeps_others: bool,
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

    /// A folder that grows: what these agents need on this machine is added to what is there.
    #[cfg(feature = "upgrade")]
    pub(crate) fn growing(out: PathBuf, agents: Vec<&'a Agent<'a>>, python: Option<PathBuf>) -> Self {
        let (targets, site) = (vec![own_target()], Site::default());
        Self { out, agents, targets, site, substitute_node: true, python, keeps_others: true, url: None }
    }

    /// The URL or folder that the site file names; what no site may have as a place is refused.
    pub(crate) fn base(&self, folder: &Path) -> Outcome<String> {
        let base = self.url.clone().unwrap_or_else(|| folder.to_string_lossy().into_owned());
        let option = if self.url.is_some() { "--url" } else { "--out" };
        let refused = |error: registry_scripts::site::SiteError| Failure::new(format!("`{option}`: {}", error.message));
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
