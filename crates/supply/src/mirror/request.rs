//! The arguments of `mirror`.

use std::path::{Path, PathBuf};

use registry_model::model::{Agent, Target};
use registry_scripts::site::Site;

use super::pages;
use registry_command::failure::{Failure, Outcome};

/// What to mirror, and where.
#[derive(Debug)]
pub struct MirrorRequest<'a> {
    /// The folder.
    pub out: PathBuf,
    /// The agents.
    pub agents: Vec<&'a Agent<'a>>,
    /// The targets, in the order of tables.
    pub targets: Vec<Target>,
    /// The site that artefacts come from.
    pub site: Site,
    /// Whether Node.js may be packed from its wheel.
    pub substitute_node: bool,
    /// The folders of `CPython`s that may be packed, each for its line.
    pub pythons: Vec<PathBuf>,
    /// Whether files of earlier runs are kept.
    pub keeps_others: bool,
    /// The URL at which the folder will be served, without a slash at its end; `None` for the folder itself.
    pub url: Option<String>,
}

impl<'a> MirrorRequest<'a> {
    /// A request that adds the needs of these agents on this machine to an existing folder.
    pub fn growing(out: PathBuf, agents: Vec<&'a Agent<'a>>, pythons: Vec<PathBuf>) -> Self {
        let (targets, site) = (vec![Target::own()], Site::default());
        Self { out, agents, targets, site, substitute_node: true, pythons, keeps_others: true, url: None }
    }

    /// The URL or folder for the site file; a value that is not allowed in a site is rejected.
    pub fn base(&self, folder: &Path) -> Outcome<String> {
        let base = self.url.clone().unwrap_or_else(|| folder.to_string_lossy().into_owned());
        let option = if self.url.is_some() { "--url" } else { "--out" };
        let refused = |error: registry_scripts::site::SiteError| Failure::new(format!("`{option}`: {}", error.message));
        pages::places(&self.site, &base).validate().map_err(refused)?;
        Ok(base)
    }
}
