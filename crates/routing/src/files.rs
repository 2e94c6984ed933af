//! The files that the launcher will write for a resolution: their paths, formats and our part of their content.

use std::collections::BTreeMap;

use registry_model::model::{FileFormat, Off, Owner, Via};
use registry_model::template::Template;
use registry_model::variables::is_secret;

use super::document::Node;
use super::values::Scope;
use super::{Choice, Entry, Layer, MASK, Origin, Read, Refusal, Resolution, Sandbox, names, of_policy, servers};

/// A file that the launcher will write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path, beginning with `~/`.
    pub path: String,
    /// Its format.
    pub format: FileFormat,
    /// Whether the rest of it belongs to the task.
    pub owner: Owner,
    /// Our part of its content.
    pub content: String,
}

/// What a channel carries to the agent.
#[derive(Clone, Copy, Default)]
struct ChannelContent {
    model: bool,
    base_url: bool,
    key: bool,
}

impl ChannelContent {
    fn add(&mut self, variable: &str) {
        match variable {
            names::MODEL | names::ALIAS | names::ACP_MODEL | names::ACP_MODEL_NAME => self.model = true,
            names::BASE_URL => self.base_url = true,
            names::API_KEY => self.key = true,
            _ => {}
        }
    }
}

impl Entry<'_> {
    /// Refuses files that the launcher's program would refuse, and values that no channel carries to the agent.
    pub(crate) fn check_files(&self, scope: &Scope<'_, '_>, choice: Choice) -> Result<(), Refusal> {
        let (mut env, mut file, mut argv) =
            (ChannelContent::default(), ChannelContent::default(), ChannelContent::default());
        let policy = of_policy(&self.policy_files, choice.web);
        let permission = self.permission_files.iter().filter(|_| !choice.ask);
        for (format, read) in self.files.iter().chain(permission).chain(policy) {
            walk(scope, read, Some(*format), &mut file)?;
        }
        for read in self.mappings.iter().chain(self.permission.iter().filter(|_| !choice.ask)) {
            // An explicit variable of the caller replaces the mapping and carries the same; it is not evaluated.
            let explicit = scope.set.get(read.0).is_some_and(|it| it.origin == Origin::Given(Layer::Flag));
            let walked = walk(scope, read, None, &mut env);
            if !explicit {
                walked?;
            }
        }
        for read in &self.argv {
            walk(scope, read, None, &mut argv)?;
        }
        let told = match self.agent.model.via {
            Via::SetModel | Via::ConfigOption => true,
            Via::Env => env.model,
            Via::File => file.model,
            Via::Argv => argv.model,
        };
        // With a login, an agent knows its vendor's server by itself.
        let keyed = [names::BASE_URL, names::API_KEY].iter().all(|name| scope.set.contains_key(*name));
        let any = |of: fn(&ChannelContent) -> bool| !keyed || [env, file, argv].iter().any(of);
        let lost = match (told, any(|it| it.base_url), any(|it| it.key)) {
            (false, ..) => (names::ACP_MODEL, "the model"),
            (_, false, _) => (names::BASE_URL, "the base URL"),
            (_, _, false) => (names::API_KEY, "the key"),
            (true, true, true) => return Ok(()),
        };
        let (variable, what) = (lost.0.to_owned(), lost.1);
        Err(Refusal::NoChannel { agent: self.agent.name.to_owned(), variable, what })
    }
}

/// Walks a value, and records what it carries.
fn walk(
    scope: &Scope<'_, '_>,
    (place, value): &Read<'_>,
    file: Option<FileFormat>,
    carried: &mut ChannelContent,
) -> Result<(), Refusal> {
    let value = value.as_ref().ok_or_else(|| Refusal::BrokenEntry { place: (*place).to_owned() })?;
    scope.walk(value, file, &mut |name| carried.add(name))
}

impl<'a> Resolution<'a> {
    /// Whether a variable has a secret: by its name, as a copy of the key, or as a URL with a password or a query.
    pub fn is_secret(&self, name: &str) -> bool {
        let value = |name: &str| self.variables.get(name).map(|it| it.value.as_str());
        let copied = value(name).is_some_and(|it| Some(it) == value(names::API_KEY));
        let telling = value(name).and_then(|it| it.split_once("://")).is_some_and(|(_, it)| tells(it));
        is_secret(name) || copied || telling
    }

    /// The files, in the order of the entry; secrets are masked unless `show_secrets` is set.
    pub fn files(&self, sandbox: &Sandbox, show_secrets: bool) -> Result<Vec<File>, Refusal> {
        let real = self.bodies(&Scope::new(&self.variables, self.agent, sandbox))?;
        if show_secrets {
            return Ok(real);
        }
        // Evaluated again with masked secrets. Replacing them in the text would also replace equal words elsewhere.
        let mut masked = self.variables.clone();
        for (name, it) in masked.iter_mut().filter(|(name, _)| self.is_secret(name)) {
            it.value = if name == names::MCP { servers::masked(&it.value) } else { MASK.to_owned() };
        }
        self.bodies(&Scope::new(&masked, self.agent, sandbox))
    }

    fn bodies(&self, scope: &Scope<'_, '_>) -> Result<Vec<File>, Refusal> {
        let config = self.agent.config.iter().map(|it| (it.path, it.format, it.owner, it.body));
        let file = |off: &Off<'a>| match *off {
            Off::File { path, format, owner, body } => Some((path, format, owner, body)),
            Off::Env(_) | Off::Argv(_) | Off::Unset(_) => None,
        };
        let permission = self.agent.permission_switches().iter().filter(|_| !self.choice.ask);
        let policy = self.agent.switches_without(self.choice.web);
        let switches = permission.chain(policy).filter_map(file);
        let mut files: BTreeMap<&str, (usize, FileFormat, Owner, Node)> = BTreeMap::new();
        for (index, (path, format, owner, body)) in config.chain(switches).enumerate() {
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

/// Whether a URL, without its scheme, has a password or a query. An `@` after the host is not a password.
fn tells(rest: &str) -> bool {
    rest.contains('?') || rest.split(['/', '#']).next().is_some_and(|authority| authority.contains('@'))
}

fn value<'a>(body: Template<'a>, path: &str) -> Result<registry_model::template::Value<'a>, Refusal> {
    body.value().ok_or_else(|| Refusal::BrokenEntry { place: format!("config: {path}") })
}
