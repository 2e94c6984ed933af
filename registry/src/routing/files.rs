//! The files that the launcher will write for a resolution: where, in which format, with what of ours in them.

use std::collections::BTreeMap;

use registry_core::model::{FileFormat, Off, Owner};
use registry_core::template::Template;
use registry_core::variables::is_secret;

use super::document::Node;
use super::values::Scope;
use super::{Refusal, Resolution, Sandbox, names};

/// What stands where a secret would.
pub const MASK: &str = "********";

/// A file that the launcher will write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Where, beginning with `~/`.
    pub path: String,
    /// Its format.
    pub format: FileFormat,
    /// Whether the rest of it is the task's.
    pub owner: Owner,
    /// What of ours will be in it.
    pub content: String,
}

impl Resolution<'_> {
    /// Whether a variable holds a secret: by its name, as a copy of the key, or as a URL with a password or a query.
    pub fn is_secret(&self, name: &str) -> bool {
        let value = |name: &str| self.variables.get(name).map(|it| it.value.as_str());
        let copied = value(name).is_some_and(|it| Some(it) == value(names::API_KEY));
        let telling = value(name).and_then(|it| it.split_once("://")).is_some_and(|(_, it)| tells(it));
        is_secret(name) || copied || telling
    }

    /// The files, in the order of the entry; secrets are masked unless they are to be shown.
    pub fn files(&self, sandbox: &Sandbox, show_secrets: bool) -> Result<Vec<File>, Refusal> {
        let real = self.bodies(&Scope { set: &self.variables, agent: self.agent, sandbox })?;
        if show_secrets {
            return Ok(real);
        }
        // Evaluated again, and not searched for secrets: a secret may be a word that stands elsewhere too.
        let mut masked = self.variables.clone();
        masked.iter_mut().filter(|(name, _)| self.is_secret(name)).for_each(|(_, it)| MASK.clone_into(&mut it.value));
        self.bodies(&Scope { set: &masked, agent: self.agent, sandbox })
    }

    fn bodies(&self, scope: &Scope<'_, '_>) -> Result<Vec<File>, Refusal> {
        let config = self.agent.config.iter().map(|it| (it.path, it.format, it.owner, it.body));
        let policy = self.agent.web_switches().iter().filter(|_| self.web_off).filter_map(|off| match off {
            Off::File { path, format, owner, body } => Some((*path, *format, *owner, *body)),
            Off::Env(_) | Off::Argv(_) | Off::Unset(_) => None,
        });
        let mut files: BTreeMap<&str, (usize, FileFormat, Owner, Node)> = BTreeMap::new();
        for (index, (path, format, owner, body)) in config.chain(policy).enumerate() {
            let Some(node) = scope.node(&value(body, path)?)? else { continue };
            match files.get_mut(path) {
                Some((.., there)) => there.merge(node),
                None => drop(files.insert(path, (index, format, owner, node))),
            }
        }
        let mut files: Vec<_> = files.into_iter().collect();
        files.sort_by_key(|(_, (index, ..))| *index);
        let file = |(path, (_, format, owner, node)): (&str, (usize, FileFormat, Owner, Node))| {
            let content = node.print(format);
            File { path: path.to_owned(), format, owner, content }
        };
        Ok(files.into_iter().map(file).collect())
    }
}

/// Whether a URL, without its scheme, holds a password or a query. An `@` behind the host is neither.
fn tells(rest: &str) -> bool {
    rest.contains('?') || rest.split(['/', '#']).next().is_some_and(|authority| authority.contains('@'))
}

fn value<'a>(body: Template<'a>, path: &str) -> Result<registry_core::template::Value<'a>, Refusal> {
    body.value().ok_or_else(|| Refusal::BrokenEntry { place: format!("config: {path}") })
}
