//! Evaluates the values of an entry over the environment, as the launcher does.

use std::borrow::Cow;
use std::collections::BTreeMap;

use registry_model::model::{Agent, FileFormat, McpTransport, References, Semantics, ServerPart};
use registry_model::template::{Condition, Member, Value};

use super::base_url::formed;
use super::document::Node;
use super::servers::{SessionServer, servers};
use super::{Refusal, Sandbox, Variable, given, names};

/// The input for the evaluation of values.
pub(crate) struct Scope<'s, 'a> {
    /// The variables that are set.
    pub(crate) set: &'s BTreeMap<Cow<'a, str>, Variable<'a>>,
    /// The agent: its references, and its form of base URLs.
    pub(crate) agent: &'s Agent<'s>,
    /// The sandbox of the agent.
    pub(crate) sandbox: &'s Sandbox,
    /// The MCP server whose form is evaluated.
    server: Option<&'s SessionServer>,
}

impl<'s, 'a> Scope<'s, 'a> {
    /// A scope outside of the form of a server.
    pub(crate) const fn new(
        set: &'s BTreeMap<Cow<'a, str>, Variable<'a>>,
        agent: &'s Agent<'s>,
        sandbox: &'s Sandbox,
    ) -> Self {
        Self { set, agent, sandbox, server: None }
    }

    /// The content of a variable, `None` when it is unset or blank; the base URL in the form of the agent.
    fn get(&self, name: &str) -> Option<Cow<'s, str>> {
        let set = || self.set.get(name).map(|it| it.value.as_str());
        let value = if name == names::PATH { Some(self.sandbox.path.as_str()) } else { set() };
        let value = value.filter(|value| given::is_given(value))?;
        Some(if name == names::BASE_URL { formed(value, self.agent.base_url) } else { Cow::Borrowed(value) })
    }

    /// Whether a condition is true.
    pub(crate) fn holds(&self, condition: &Condition<'_>) -> bool {
        match condition {
            Condition::Set(name) => self.get(name).is_some(),
            Condition::Direct => self.get(names::ALIAS).is_none(),
            Condition::Proxy => self.get(names::ALIAS).is_some(),
            Condition::Provider(name) => self.get(names::PROVIDER).is_some_and(|it| it == *name),
            Condition::Root => self.sandbox.root,
            Condition::Not(condition) => !self.holds(condition),
            Condition::All(conditions) => conditions.iter().all(|it| self.holds(it)),
            Condition::Any(conditions) => conditions.iter().any(|it| self.holds(it)),
        }
    }

    /// A value as text, for a variable of the environment or a word; `None` when nothing is given.
    pub(crate) fn text(&self, value: &Value<'_>) -> Result<Option<String>, Refusal> {
        Ok(self.raw_text(value)?.filter(|text| given::is_given(text)))
    }

    fn raw_text(&self, value: &Value<'_>) -> Result<Option<String>, Refusal> {
        Ok(match value {
            Value::Text(text) | Value::Number(text) => Some(text.to_string()),
            Value::Bool(bool) => Some(bool.to_string()),
            Value::Variable(name) => self.get(name).map(Cow::into_owned),
            Value::Companion(name) => Some(self.shim(name)),
            Value::Uint(name) => self.uint(name)?,
            Value::Format(parts) => Some(self.joined(parts)?),
            Value::Match { variable, arms } => match self.arm(variable, arms) {
                Some(value) => self.raw_text(value)?,
                None => None,
            },
            Value::If { condition, then, otherwise } => match self.branch(condition, then, otherwise.as_deref()) {
                Some(value) => self.raw_text(value)?,
                None => None,
            },
            // The generator rejects structure here (`RenderError::Structure`).
            Value::Null
            | Value::Reference(_)
            | Value::List(_)
            | Value::Append(_)
            | Value::Object(_)
            | Value::Servers { .. }
            | Value::Server(_) => None,
        })
    }

    fn joined(&self, parts: &[Value<'_>]) -> Result<String, Refusal> {
        parts.iter().map(|part| Ok(self.raw_text(part)?.unwrap_or_default())).collect()
    }

    fn shim(&self, name: &str) -> String {
        format!("{}/shims/{name}", self.sandbox.folder)
    }

    fn uint(&self, name: &str) -> Result<Option<String>, Refusal> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        if digits { Ok(Some(text.into_owned())) } else { Err(Refusal::NotAnInteger { variable: name.to_owned() }) }
    }

    fn arm<'v>(&self, variable: &str, arms: &'v [(Cow<'_, str>, Value<'v>)]) -> Option<&'v Value<'v>> {
        let text = self.get(variable).unwrap_or_default();
        let literal = arms.iter().find(|(content, _)| !content.is_empty() && *content == text);
        literal.or_else(|| arms.iter().find(|(content, _)| content.is_empty())).map(|(_, value)| value)
    }

    fn branch<'v>(
        &self,
        condition: &Condition<'_>,
        then: &'v Value<'v>,
        otherwise: Option<&'v Value<'v>>,
    ) -> Option<&'v Value<'v>> {
        if self.holds(condition) { Some(then) } else { otherwise }
    }

    /// A value in a file; `None` when nothing is written.
    pub(crate) fn node(&self, value: &Value<'_>) -> Result<Option<Node>, Refusal> {
        Ok(match value {
            Value::Null => Some(Node::Null),
            Value::Bool(bool) => Some(Node::Bool(*bool)),
            Value::Number(number) => Some(Node::Number(number.to_string())),
            Value::Text(text) => Some(Node::Text(text.to_string())),
            Value::Variable(name) => self.plain(name)?.map(|text| Node::Text(text.into_owned())),
            Value::Uint(name) => self.uint(name)?.map(|digits| Node::Number(without_zeros(&digits))),
            Value::Reference(name) => Some(Node::Text(self.reference(name)?)),
            Value::Companion(name) => Some(Node::Text(self.shim(name))),
            Value::Format(parts) => Some(Node::Text(self.joined_nodes(parts)?)),
            Value::List(items) => Some(Node::List(self.nodes(items)?)),
            Value::Append(items) => Some(Node::Append(self.nodes(items)?)),
            Value::Object(members) => Some(Node::Object(self.members(members)?)),
            Value::Servers { named, forms } => Some(self.servers(*named, forms)?),
            Value::Server(part) => Some(self.part(*part)?),
            Value::Match { variable, arms } => match self.arm(variable, arms) {
                Some(value) => self.node(value)?,
                None => None,
            },
            Value::If { condition, then, otherwise } => match self.branch(condition, then, otherwise.as_deref()) {
                Some(value) => self.node(value)?,
                None => None,
            },
        })
    }

    /// Checks a value and reports the variables that it carries, without building it: as [`Self::node`] with a file
    /// format, as [`Self::text`] without one.
    pub(crate) fn walk(
        &self,
        value: &Value<'_>,
        file: Option<FileFormat>,
        told: &mut dyn FnMut(&str),
    ) -> Result<(), Refusal> {
        match value {
            Value::Variable(name) if file.is_some() => self.plain(name)?.is_some().then(|| told(name)),
            Value::Variable(name) => self.get(name).is_some().then(|| told(name)),
            Value::Uint(name) => self.uint(name)?.is_some().then(|| told(name)),
            Value::Reference(name) if file.is_some() => Some(self.reference(name)?).map(|_| told(name)),
            Value::Format(parts) | Value::List(parts) | Value::Append(parts) => {
                return parts.iter().try_for_each(|part| self.walk(part, file, told));
            }
            Value::Object(members) => return members.iter().try_for_each(|it| self.walk_member(it, file, told)),
            Value::Servers { named, forms } => Some(self.servers(*named, forms)?).map(|_| ()),
            Value::Match { variable, arms } => {
                return self.arm(variable, arms).map_or(Ok(()), |value| self.walk(value, file, told));
            }
            Value::If { condition, then, otherwise } => {
                let value = self.branch(condition, then, otherwise.as_deref());
                return value.map_or(Ok(()), |value| self.walk(value, file, told));
            }
            Value::Null if file == Some(FileFormat::Toml) => {
                return Err(Refusal::BrokenEntry { place: "a null in TOML".to_owned() });
            }
            // The generator rejects a reference outside of files (`RenderError::Structure`).
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Text(_)
            | Value::Companion(_)
            | Value::Server(_)
            | Value::Reference(_) => None,
        };
        Ok(())
    }

    fn walk_member(
        &self,
        Member { key, value, optional }: &Member<'_>,
        file: Option<FileFormat>,
        told: &mut dyn FnMut(&str),
    ) -> Result<(), Refusal> {
        let name = self.node(key)?.map(Node::into_text).unwrap_or_default();
        if name.is_empty() || (*optional && self.lacks(value)?) {
            return Ok(());
        }
        self.walk(key, file, told)?;
        self.walk(value, file, told)
    }

    /// The MCP servers of the run, each in the form of its transport.
    fn servers(&self, named: bool, forms: &[(McpTransport, Value<'_>)]) -> Result<Node, Refusal> {
        let text = self.get(names::MCP).unwrap_or(Cow::Borrowed("[]"));
        let servers = servers(&text).map_err(|reason| Refusal::BadServers { reason })?;
        let (mut object, mut list) = (Vec::new(), Vec::new());
        for server in &servers {
            let form = forms.iter().find(|(transport, _)| server.transport.as_ref() == Ok(transport));
            let (_, form) = form.ok_or_else(|| Refusal::BrokenEntry { place: "servers".to_owned() })?;
            let scope = Scope { server: Some(server), ..Scope::new(self.set, self.agent, self.sandbox) };
            let node = scope.node(form)?.unwrap_or(Node::Null);
            if named { object.push((server.name.clone(), node)) } else { list.push(node) }
        }
        Ok(if named { Node::Object(object) } else { Node::List(list) })
    }

    /// A part of a server, none of whose texts may be resolved as a reference.
    fn part(&self, part: ServerPart) -> Result<Node, Refusal> {
        let node = self.server.map_or(Node::Null, |it| it.part(part));
        if node.texts().iter().any(|text| self.refers(text)) {
            let reason = "holds a text that looks like a reference, which the agent would resolve";
            return Err(Refusal::UnsafeValue { variable: names::MCP.to_owned(), reason });
        }
        Ok(node)
    }

    fn nodes(&self, items: &[Value<'_>]) -> Result<Vec<Node>, Refusal> {
        items.iter().filter_map(|item| self.node(item).transpose()).collect()
    }

    fn joined_nodes(&self, parts: &[Value<'_>]) -> Result<String, Refusal> {
        parts.iter().map(|part| Ok(self.node(part)?.map(Node::into_text).unwrap_or_default())).collect()
    }

    fn members(&self, members: &[Member<'_>]) -> Result<Vec<(String, Node)>, Refusal> {
        let mut found: Vec<(String, Node)> = Vec::new();
        for Member { key, value, optional } in members {
            let key = self.node(key)?.map(Node::into_text).unwrap_or_default();
            if key.is_empty() || (*optional && self.lacks(value)?) {
                continue;
            }
            let node = self.node(value)?;
            // An unset variable gives an empty text; a false condition gives nothing.
            let empty = matches!(value, Value::Variable(_)).then(|| Node::Text(String::new()));
            let Some(node) = node.or(empty) else { continue };
            match found.iter_mut().find(|(name, _)| *name == key) {
                Some((_, there)) => *there = node,
                None => found.push((key, node)),
            }
        }
        Ok(found)
    }

    /// Whether a variable of a value is unset.
    fn lacks(&self, value: &Value<'_>) -> Result<bool, Refusal> {
        let any = |values: &[Value<'_>]| values.iter().try_fold(false, |any, it| Ok(any || self.lacks(it)?));
        Ok(match value {
            Value::Variable(name) | Value::Uint(name) | Value::Reference(name) => self.get(name).is_none(),
            Value::If { .. } => self.node(value)?.is_none(),
            Value::Match { .. } => self.node(value)?.is_none_or(|node| node == Node::Text(String::new())),
            Value::Format(parts) | Value::List(parts) | Value::Append(parts) => any(parts)?,
            Value::Object(members) => members.iter().try_fold(false, |any, member| {
                Ok(any || self.lacks(&member.key)? || (!member.optional && self.lacks(&member.value)?))
            })?,
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Text(_)
            | Value::Companion(_)
            | Value::Servers { .. } => false,
            Value::Server(part) => self.part(*part)?.is_empty(),
        })
    }

    /// The content of a variable for a file, where no part of it may be resolved as a reference.
    fn plain(&self, name: &str) -> Result<Option<Cow<'s, str>>, Refusal> {
        let text = self.get(name);
        if text.as_deref().is_some_and(|text| self.refers(text)) {
            let reason = "looks like a reference, which the agent would resolve";
            return Err(Refusal::UnsafeValue { variable: name.to_owned(), reason });
        }
        Ok(text)
    }

    fn reference(&self, name: &str) -> Result<String, Refusal> {
        let unsafe_char = |it: char| matches!(it, '"' | '\'' | '\\' | '{' | '}' | '\0'..='\u{1f}' | '\u{7f}');
        let text = self.get(name).ok_or_else(|| Refusal::UnsetReference { variable: name.to_owned() })?;
        if self.textual() && text.contains(unsafe_char) {
            let reason = "holds a quote, backslash, brace or control character, and the agent pastes it into its file";
            return Err(Refusal::UnsafeValue { variable: name.to_owned(), reason });
        }
        Ok(self.agent.references.map_or(name.to_owned(), |References { form, .. }| form.replacen("NAME", name, 1)))
    }

    /// Whether the agent would resolve a text as a reference; a textual agent has more forms than the entry's.
    fn refers(&self, text: &str) -> bool {
        let begin = self.agent.references.and_then(|it| it.form.split("NAME").next());
        begin.is_some_and(|begin| text.contains(begin)) || (self.textual() && looks_like_reference(text))
    }

    fn textual(&self) -> bool {
        self.agent.references.is_some_and(|it| it.semantics == Semantics::Textual)
    }
}

/// Whether a text contains `{word:`.
fn looks_like_reference(text: &str) -> bool {
    text.split('{').skip(1).any(|rest| {
        let word = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        word > 0 && rest.as_bytes().get(word) == Some(&b':')
    })
}

fn without_zeros(digits: &str) -> String {
    let short = digits.trim_start_matches('0');
    if short.is_empty() { "0".to_owned() } else { short.to_owned() }
}
