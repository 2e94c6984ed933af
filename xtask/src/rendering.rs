//! Renders the scripts of an agent, and reads site files.

use std::fs;
use std::path::Path;

use registry_model::model::Agent;
use registry_scripts::site::Site;
use toml::de::{DeTable, DeValue};

use registry_command::failure::{Failure, Outcome};

/// A script of an agent.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    /// The name of its file.
    pub name: &'static str,
    /// Its text.
    pub text: String,
}

/// Renders the scripts of an agent for a site; the text of the error is a complete message.
pub(crate) fn scripts(agent: &Agent<'_>, site: &Site) -> Result<Vec<Script>, String> {
    let rendered = registry_scripts::scripts(agent, site);
    let rendered = rendered.map_err(|error| format!("`{}` cannot be rendered: {error}", agent.name))?;
    Ok(rendered.into_iter().map(|script| Script { name: script.kind.file_name(), text: script.text }).collect())
}

/// Reads a site file; without one, every artefact comes from its maker.
pub(crate) fn site(path: Option<&Path>) -> Outcome<Site> {
    let Some(path) = path else { return Ok(Site::default()) };
    let text = fs::read_to_string(path).map_err(|error| Failure::io("read", path, &error))?;
    let site: Site = toml::from_str(&text).map_err(|error| refused(path, &text, &error))?;
    site.validate().map_err(|error| {
        let place = line_of(&text, &error.field).map_or_else(String::new, |line| format!(":{line}"));
        Failure::new(format!("`{}{place}`: {error}", path.display())).help(SITE_HELP)
    })?;
    Ok(site)
}

/// The help for errors in a site file.
const SITE_HELP: &str = "docs/site.md lists the keys of a site file";

/// The line of a field's value in a site file; an element of a list is found by its `name`.
fn line_of(text: &str, field: &str) -> Option<usize> {
    let table = DeTable::parse(text).ok()?;
    let at = place_of(table.get_ref(), field)?;
    text.get(..at).map(|before| before.matches('\n').count() + 1)
}

/// The offset of the value at a path of keys, or of the innermost value around it.
fn place_of(table: &DeTable<'_>, field: &str) -> Option<usize> {
    let under = |key: &str| Some(field.strip_prefix(key)?.strip_prefix('.').unwrap_or_default().to_owned());
    let (_, value, rest) = table.iter().find_map(|(key, value)| {
        let rest = under(key.get_ref()).filter(|rest| field.len() == key.get_ref().len() || !rest.is_empty())?;
        Some((key, value, rest))
    })?;
    let inner = match value.get_ref() {
        DeValue::Table(inner) => place_of(inner, &rest),
        DeValue::Array(items) => items.iter().find_map(|item| {
            let DeValue::Table(inner) = item.get_ref() else { return None };
            let DeValue::String(name) = inner.get("name")?.get_ref() else { return None };
            place_of(inner, rest.strip_prefix(&**name)?.strip_prefix('.')?)
        }),
        _ => None,
    };
    inner.or(Some(value.span().start))
}

/// What is wrong with a site file, without its text: a value may be a secret.
fn refused(path: &Path, text: &str, error: &toml::de::Error) -> Failure {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let message = error.message().lines().collect::<Vec<_>>().join(", ");
    Failure::new(format!("`{}:{line}`: {message}", path.display())).help(SITE_HELP)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn site_fields_are_located_by_line() {
        let text = "prefix = \"/opt/x\"\n[node.linux-x64]\nurl = \"u\"\nsha256 = \"s\"\n\n[[uv]]\nname = \"uv\"\n\
                    version = \"v\"\nsha256 = [\"s\"]\n";
        let lines =
            ["prefix", "node.linux-x64.url", "node.linux-x64.sha256", "uv.uv.version", "uv.uv.sha256", "mirror"];
        let lines = lines.map(|field| line_of(text, field));
        assert_eq!(lines, [Some(1), Some(3), Some(4), Some(8), Some(9), None]);
        // A missing value has the line of its table.
        assert_eq!(line_of(text, "node.linux-x64.version"), Some(2));
    }
}
