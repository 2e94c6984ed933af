//! What the commands want of `registry::render` and `registry::site`: the scripts of an agent, and a site from a file.

use std::fs;
use std::path::Path;

use registry::render;
use registry::site::Site;
use registry_core::model::Agent;

use crate::failure::{Failure, Outcome};

/// A script of an agent.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    /// Its file's name.
    pub name: &'static str,
    /// Its text.
    pub text: String,
}

/// Renders the scripts of an agent for a site; the text of the error stands alone.
pub(crate) fn scripts(agent: &Agent<'_>, site: &Site) -> Result<Vec<Script>, String> {
    let rendered = render::scripts(agent, site);
    let rendered = rendered.map_err(|error| format!("`{}` cannot be rendered: {error}", agent.name))?;
    Ok(rendered.into_iter().map(|script| Script { name: script.kind.file_name(), text: script.text }).collect())
}

/// Reads a site file; without one, every artefact comes from its maker.
pub(crate) fn site(path: Option<&Path>) -> Outcome<Site> {
    let Some(path) = path else { return Ok(Site::default()) };
    let text = fs::read_to_string(path).map_err(|error| Failure::io("read", path, &error))?;
    let site: Site = toml::from_str(&text).map_err(|error| refused(path, &text, &error))?;
    site.validate().map_err(|error| Failure::new(format!("`{}`: {error}", path.display())))?;
    Ok(site)
}

/// What is wrong with a site file, without its text: a value may be a secret.
fn refused(path: &Path, text: &str, error: &toml::de::Error) -> Failure {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let message = error.message().lines().collect::<Vec<_>>().join(", ");
    Failure::new(format!("`{}:{line}`: {message}", path.display()))
        .help("the page on sites, docs/site.md, lists the keys of a site file")
}
