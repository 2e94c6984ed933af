//! What `mirror` is asked for.

use std::path::{Path, PathBuf};

use registry_model::model::{Agent, Target};
use registry_scripts::site::Site;

use super::pages;
use super::wanted::own_target;
use registry_command::failure::{Failure, Outcome};

/// What is to be mirrored, and where.
#[derive(Debug)]
pub struct MirrorRequest<'a> {
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
    /// Where the folder will be served, without a slash at its end; none for the folder itself.
    pub url: Option<String>,
}

impl<'a> MirrorRequest<'a> {
    /// A folder that grows: what these agents need on this machine is added to what is there.
    pub fn growing(out: PathBuf, agents: Vec<&'a Agent<'a>>, python: Option<PathBuf>) -> Self {
        let (targets, site) = (vec![own_target()], Site::default());
        Self { out, agents, targets, site, substitute_node: true, python, keeps_others: true, url: None }
    }

    /// The URL or folder that the site file names; what no site may have as a place is refused.
    pub fn base(&self, folder: &Path) -> Outcome<String> {
        let base = self.url.clone().unwrap_or_else(|| folder.to_string_lossy().into_owned());
        let option = if self.url.is_some() { "--url" } else { "--out" };
        let refused = |error: registry_scripts::site::SiteError| Failure::new(format!("`{option}`: {}", error.message));
        pages::places(&self.site, &base).validate().map_err(refused)?;
        Ok(base)
    }
}
