//! The MCP servers of `BENCHFLOW_MCP_SERVERS`, for an agent that takes them by a file; `servers.mjs` is the launcher's.

use std::collections::BTreeSet;

use registry_model::model::{Agent, McpTransport, ServerPart};
use serde_json::Value;

use super::document::Node;
use super::{Given, MASK, Refusal, names};

/// A server of the variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SessionServer {
    /// Its name.
    pub(crate) name: String,
    /// Its transport, or the word of one that no agent is tested with.
    pub(crate) transport: Result<McpTransport, String>,
    /// The parts that a form may name.
    parts: Vec<(ServerPart, Node)>,
}

impl SessionServer {
    /// A part of it.
    pub(crate) fn part(&self, part: ServerPart) -> Node {
        self.parts.iter().find(|(it, _)| *it == part).map_or(Node::Null, |(_, node)| node.clone())
    }
}

/// The servers of the variable's text.
///
/// # Errors
///
/// What is wrong, with the number of the item.
pub(crate) fn servers(text: &str) -> Result<Vec<SessionServer>, String> {
    let all: Value = serde_json::from_str(text).map_err(|_| "it is not JSON".to_owned())?;
    let all = all.as_array().ok_or("it is not a list")?;
    let mut names = BTreeSet::new();
    let each = |(at, server)| {
        let server = server_of(at, server)?;
        let new = names.insert(server.name.clone());
        if new { Ok(server) } else { Err(format!("two servers have the name of item {at}")) }
    };
    all.iter().enumerate().map(each).collect()
}

fn server_of(at: usize, server: &Value) -> Result<SessionServer, String> {
    let text = |member: &str| match server.get(member).and_then(Value::as_str) {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(format!("item {at} has no `{member}`")),
    };
    let pairs = |member: &str| {
        let fault = || format!("`{member}` of item {at} is not a list of names and values");
        let Some(list) = server.get(member) else { return Ok(Node::Object(Vec::new())) };
        let mut object: Vec<(String, Node)> = Vec::new();
        for pair in list.as_array().ok_or_else(fault)? {
            let part = |name: &str| pair.get(name).and_then(Value::as_str).map(str::to_owned).ok_or_else(fault);
            let (name, value) = (part("name")?, Node::Text(part("value")?));
            if name.is_empty() {
                return Err(fault());
            }
            match object.iter_mut().find(|(there, _)| *there == name) {
                Some((_, there)) => *there = value,
                None => object.push((name, value)),
            }
        }
        Ok(Node::Object(object))
    };
    let words = || {
        let fault = || format!("`args` of item {at} is not a list of texts");
        let Some(list) = server.get("args") else { return Ok(Node::List(Vec::new())) };
        let word = |it: &Value| it.as_str().map(|it| Node::Text(it.to_owned())).ok_or_else(fault);
        list.as_array().ok_or_else(fault)?.iter().map(word).collect::<Result<_, _>>().map(Node::List)
    };
    let name = text("name")?;
    let kind = match server.get("type") {
        None => McpTransport::Stdio.word(),
        Some(Value::String(kind)) => kind,
        Some(_) => return Err(format!("`type` of item {at} is not a text")),
    };
    let Some(transport) = McpTransport::from_word(kind) else {
        return Ok(SessionServer { name, transport: Err(kind.to_owned()), parts: Vec::new() });
    };
    let mut parts = vec![(ServerPart::Name, Node::Text(name.clone()))];
    match transport {
        McpTransport::Http => {
            parts.push((ServerPart::Url, Node::Text(text("url")?)));
            parts.push((ServerPart::Headers, pairs("headers")?));
        }
        McpTransport::Stdio => {
            parts.push((ServerPart::Command, Node::Text(text("command")?)));
            parts.push((ServerPart::Args, words()?));
            parts.push((ServerPart::Env, pairs("env")?));
        }
    }
    Ok(SessionServer { name, transport: Ok(transport), parts })
}

/// Refuses a server of a transport that no file of the agent takes: it would be missing from the session.
pub(crate) fn check_servers(agent: &Agent<'_>, given: &Given) -> Result<(), Refusal> {
    let Some((_, text)) = given.find(names::MCP) else { return Ok(()) };
    for server in servers(text).map_err(|reason| Refusal::BadServers { reason })? {
        let reason = match server.transport {
            Ok(transport) => agent.servers_refusal(transport),
            Err(kind) => {
                Some(format!("the transport `{kind}` is none of those that agents are tested with, `stdio` and `http`"))
            }
        };
        if let Some(reason) = reason {
            return Err(Refusal::NotOffered { agent: agent.name.to_owned(), variable: names::MCP.to_owned(), reason });
        }
    }
    Ok(())
}

/// The text of the variable with [`MASK`] for each value of a variable or a header; the whole where it has no servers.
pub(crate) fn masked(text: &str) -> String {
    let Ok(mut all) = serde_json::from_str::<Value>(text) else { return MASK.to_owned() };
    for server in all.as_array_mut().into_iter().flatten() {
        for member in ["env", "headers"] {
            for pair in server.get_mut(member).and_then(Value::as_array_mut).into_iter().flatten() {
                if let Some(value) = pair.get_mut("value") {
                    *value = MASK.into();
                }
            }
        }
    }
    all.to_string()
}
