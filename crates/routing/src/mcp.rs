//! MCP servers that a client hands over in `session/new`: from the file that many clients share to the protocol's own
//! form, or a refusal.

use std::collections::BTreeSet;

use registry_model::model::{Agent, Mcp, McpTransport, McpWay};
use registry_model::variables::{is_secret, is_variable_name};
use serde_json::{Map, Value, json};

use crate::{MASK, Refusal};

/// The variable of a value, by its name; none where it is not set.
type Lookup<'v> = &'v dyn Fn(&str) -> Option<String>;

/// A server of a file, as it is written: its values may refer to variables, as `${NAME}` or `${NAME:-default}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct McpServer {
    name: String,
    reached: Reached,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Reached {
    Program {
        command: String,
        arguments: Vec<String>,
        env: Vec<(String, String)>,
    },
    Http {
        url: String,
        headers: Vec<(String, String)>,
    },
    /// By a transport that `session/new` has and no agent is tested with.
    Other(String),
}

/// A server as `session/new` takes it.
#[derive(Clone, Debug, PartialEq)]
pub struct OfferedServer {
    /// Its name.
    pub name: String,
    /// Its transport.
    pub transport: McpTransport,
    /// The way by which it reaches the agent.
    pub way: McpWay,
    /// The member of `mcpServers`, or of the variable `BENCHFLOW_MCP_SERVERS`.
    pub member: Value,
    /// The same with [`MASK`] for each value of a variable or a header.
    pub masked: Value,
}

/// The servers of a file in the form of Claude Code's `.mcp.json`: an object with `mcpServers`, an object by name whose
/// members have `command`, `args` and `env`, or `type` and `url` and `headers`
/// (<https://code.claude.com/docs/en/mcp>).
///
/// # Errors
///
/// What is wrong, with the member's place.
pub fn mcp_servers(file: &Value) -> Result<Vec<McpServer>, String> {
    let servers = file.get("mcpServers").ok_or("it has no `mcpServers`")?;
    let servers = servers.as_object().ok_or("`mcpServers` is not an object of servers by name")?;
    servers.iter().map(|(name, server)| read(name, server)).collect()
}

fn read(name: &str, server: &Value) -> Result<McpServer, String> {
    let place = |member: &str| format!("`mcpServers.{name}.{member}`");
    let members = server.as_object().ok_or_else(|| format!("`mcpServers.{name}` is not an object"))?;
    let known = ["type", "command", "args", "env", "url", "headers"];
    if let Some(member) = members.keys().find(|it| !known.contains(&it.as_str())) {
        return Err(format!("{} is not a member of a server; the members are `{}`", place(member), known.join("`, `")));
    }
    let text = |member: &str| match members.get(member) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(format!("{} is not a string", place(member))),
    };
    let pairs = |member: &str| match members.get(member) {
        None => Ok(Vec::new()),
        Some(Value::Object(pairs)) => {
            let pair = |(key, value): (&String, &Value)| Some((key.clone(), value.as_str()?.to_owned()));
            let pairs: Option<Vec<_>> = pairs.iter().map(pair).collect();
            pairs.ok_or_else(|| format!("{} has a value that is not a string", place(member)))
        }
        Some(_) => Err(format!("{} is not an object", place(member))),
    };
    let arguments = match members.get("args") {
        None => Vec::new(),
        Some(Value::Array(items)) => {
            let words: Option<Vec<String>> = items.iter().map(|it| it.as_str().map(str::to_owned)).collect();
            words.ok_or_else(|| format!("{} has an item that is not a string", place("args")))?
        }
        Some(_) => return Err(format!("{} is not a list", place("args"))),
    };
    let (kind, command, url) = (text("type")?, text("command")?, text("url")?);
    let reached = match (kind.as_deref(), command, url) {
        (_, Some(_), Some(_)) => return Err(format!("`mcpServers.{name}` has both `command` and `url`")),
        (None | Some("stdio"), Some(command), None) => Reached::Program { command, arguments, env: pairs("env")? },
        (None | Some("http" | "streamable-http"), None, Some(url)) => Reached::Http { url, headers: pairs("headers")? },
        (Some("stdio") | None, None, _) => return Err(format!("`mcpServers.{name}` has neither `command` nor `url`")),
        (Some("http" | "streamable-http"), _, None) => return Err(format!("`mcpServers.{name}` has no `url`")),
        (Some(other), ..) => Reached::Other(other.to_owned()),
    };
    Ok(McpServer { name: name.to_owned(), reached })
}

impl McpServer {
    /// The server for an agent, with the values of variables.
    ///
    /// # Errors
    ///
    /// Where the agent is not known to take servers of this kind, a variable is not set, or a secret would be in an
    /// argument or in a URL.
    pub fn offer(&self, agent: &Agent<'_>, lookup: Lookup<'_>) -> Result<OfferedServer, Refusal> {
        let refused = |reason: String, help: String| Refusal::McpServer {
            agent: agent.name.to_owned(),
            server: self.name.clone(),
            reason,
            help,
        };
        let transport = match &self.reached {
            Reached::Program { .. } => McpTransport::Stdio,
            Reached::Http { .. } => McpTransport::Http,
            Reached::Other(kind) => {
                let help = "use `stdio` or `http`, the transports that agents are tested with".to_owned();
                return Err(refused(format!("its transport is `{kind}`"), help));
            }
        };
        let mcp = agent.mcp.unwrap_or(Mcp::Untested("its entry says nothing about MCP servers"));
        let transports = mcp.transports();
        if transports.is_empty() {
            let reason = format!("the agent takes none: {}", mcp.reason());
            return Err(refused(reason, "choose an agent that takes them".to_owned()));
        }
        let Some(way) = mcp.way(transport) else {
            let words: Vec<&str> = transports.iter().map(|it| it.word()).collect();
            let reason = format!("the agent takes servers over {} alone", words.join(" and "));
            return Err(refused(reason, format!("give a server over {}", words.join(" or "))));
        };
        let open = |text: &str, place: &str| {
            let (value, names) = expanded(text, lookup).map_err(|name| {
                refused(format!("`{name}` is not set, and {place} refers to it"), format!("set `{name}`"))
            })?;
            match names.iter().find(|name| is_secret(name)) {
                Some(name) => Err(refused(
                    format!("`{name}` would be in {place}, which others can read"),
                    "hand a secret over in `env` or `headers`".to_owned(),
                )),
                None => Ok(value),
            }
        };
        let closed = |pairs: &[(String, String)], what: &str| -> Result<Vec<(String, String)>, Refusal> {
            let pair = |(key, text): &(String, String)| {
                let (value, _) = expanded(text, lookup).map_err(|name| {
                    refused(format!("`{name}` is not set, and {what} `{key}` refers to it"), format!("set `{name}`"))
                })?;
                Ok((key.clone(), value))
            };
            pairs.iter().map(pair).collect()
        };
        let member = |pairs: &[(String, String)], masked: bool| {
            let pair =
                |(name, value): &(String, String)| json!({"name": name, "value": if masked { MASK } else { value }});
            Value::Array(pairs.iter().map(pair).collect())
        };
        let (member, masked) = match &self.reached {
            Reached::Program { command, arguments, env } => {
                let command = open(command, "`command`")?;
                let words = arguments.iter().map(|it| open(it, "`args`")).collect::<Result<Vec<_>, _>>()?;
                let env = closed(env, "the variable")?;
                let form =
                    |masked| json!({"name": self.name, "command": command, "args": words, "env": member(&env, masked)});
                (form(false), form(true))
            }
            Reached::Http { url, headers } => {
                let (url, headers) = (open(url, "`url`")?, closed(headers, "the header")?);
                let form = |masked| json!({"type": "http", "name": self.name, "url": url, "headers": member(&headers, masked)});
                (form(false), form(true))
            }
            Reached::Other(_) => (Value::Object(Map::new()), Value::Object(Map::new())),
        };
        Ok(OfferedServer { name: self.name.clone(), transport, way, member, masked })
    }
}

/// A text with the values of its variables, and their names; as an error, a variable that is not set.
fn expanded(text: &str, lookup: Lookup<'_>) -> Result<(String, BTreeSet<String>), String> {
    let (mut value, mut names, mut rest) = (String::new(), BTreeSet::new(), text);
    while let Some((before, after)) = rest.split_once("${") {
        value.push_str(before);
        let inside =
            after.split_once('}').map(|(inside, rest)| (inside.split_once(":-").unwrap_or((inside, "")), inside, rest));
        if let Some(((name, default), inside, after)) = inside.filter(|((name, _), ..)| is_variable_name(name)) {
            let default = inside.contains(":-").then(|| default.to_owned());
            value.push_str(&lookup(name).or(default).ok_or_else(|| name.to_owned())?);
            names.insert(name.to_owned());
            rest = after;
        } else {
            value.push_str("${");
            rest = after;
        }
    }
    value.push_str(rest);
    Ok((value, names))
}

#[cfg(test)]
mod tests {
    use super::*;

    const AGENT: Agent<'static> =
        Agent { name: "fixture", mcp: Some(Mcp::Servers { acp: &[McpTransport::Stdio], file: &[] }), ..Agent::EMPTY };

    fn lookup(name: &str) -> Option<String> {
        [("DOCS_TOKEN", "t-1"), ("FOLDER", "/docs")].iter().find(|it| it.0 == name).map(|it| it.1.to_owned())
    }

    #[track_caller]
    fn check_file(file: &Value, fault: &str) {
        assert_eq!(mcp_servers(file).expect_err("it is refused"), fault, "{file}");
    }

    #[track_caller]
    fn check_refused(agent: &Agent<'_>, server: &Value, says: &str) {
        let server = mcp_servers(&json!({"mcpServers": {"docs": server}})).expect("it is a file").remove(0);
        let refusal = server.offer(agent, &lookup).expect_err("it is refused");
        assert!(refusal.to_string().contains(says) && refusal.kind() == "mcp-server", "{refusal}");
    }

    #[test]
    fn servers_become_members_of_a_new_session() {
        let file = json!({"mcpServers": {
            "docs": {"command": "docs", "args": ["--in", "${FOLDER}", "$FOLDER"], "env": {"TOKEN": "${DOCS_TOKEN}"}},
            "web": {"type": "http", "url": "https://x.example/${PART:-mcp}", "headers": {"Authorization": "Bearer ${DOCS_TOKEN}"}},
        }});
        let agent =
            Agent { mcp: Some(Mcp::Servers { acp: &[McpTransport::Stdio, McpTransport::Http], file: &[] }), ..AGENT };
        let servers = mcp_servers(&file).expect("it is a file");
        let offered: Vec<_> = servers.iter().map(|it| it.offer(&agent, &lookup).expect("it is offered")).collect();
        assert_eq!(
            offered[0].member,
            json!({"name": "docs", "command": "docs", "args": ["--in", "/docs", "$FOLDER"],
            "env": [{"name": "TOKEN", "value": "t-1"}]})
        );
        assert_eq!(
            offered[1].member,
            json!({"type": "http", "name": "web", "url": "https://x.example/mcp",
            "headers": [{"name": "Authorization", "value": "Bearer t-1"}]})
        );
        assert!(offered.iter().all(|it| !it.masked.to_string().contains("t-1")), "{offered:?}");
    }

    #[test]
    fn agent_gets_no_server_that_it_does_not_take() {
        let http = || json!({"url": "https://x.example"});
        check_refused(&AGENT, &http(), "the agent takes servers over stdio alone");
        check_refused(&AGENT, &json!({"type": "sse", "url": "https://x.example"}), "its transport is `sse`");
        check_refused(&Agent { mcp: Some(Mcp::None("it was seen")), ..AGENT }, &http(), "takes none: it was seen");
        check_refused(&Agent { mcp: None, ..AGENT }, &json!({"command": "x"}), "says nothing about MCP servers");
    }

    #[test]
    fn secret_goes_into_a_variable_or_a_header_alone() {
        check_refused(
            &AGENT,
            &json!({"command": "x", "args": ["--key=${DOCS_TOKEN}"]}),
            "`DOCS_TOKEN` would be in `args`",
        );
        check_refused(&AGENT, &json!({"command": "${DOCS_TOKEN}"}), "would be in `command`");
        let agent = Agent { mcp: Some(Mcp::Servers { acp: &[McpTransport::Http], file: &[] }), ..AGENT };
        check_refused(&agent, &json!({"url": "https://x.example/?key=${DOCS_TOKEN}"}), "would be in `url`");
        check_refused(
            &AGENT,
            &json!({"command": "x", "env": {"A": "${NONE}"}}),
            "`NONE` is not set, and the variable `A`",
        );
        check_refused(&AGENT, &json!({"command": "x", "args": ["${NONE}"]}), "`NONE` is not set, and `args`");
    }

    #[test]
    fn wrong_file_is_rejected_with_its_place() {
        check_file(&json!([]), "it has no `mcpServers`");
        check_file(&json!({"mcpServers": []}), "`mcpServers` is not an object of servers by name");
        check_file(&json!({"mcpServers": {"a": 1}}), "`mcpServers.a` is not an object");
        check_file(&json!({"mcpServers": {"a": {}}}), "`mcpServers.a` has neither `command` nor `url`");
        check_file(
            &json!({"mcpServers": {"a": {"command": "x", "url": "y"}}}),
            "`mcpServers.a` has both `command` and `url`",
        );
        check_file(&json!({"mcpServers": {"a": {"command": "x", "args": "y"}}}), "`mcpServers.a.args` is not a list");
        let env = json!({"mcpServers": {"a": {"command": "x", "env": {"A": 1}}}});
        check_file(&env, "`mcpServers.a.env` has a value that is not a string");
        let other = json!({"mcpServers": {"a": {"command": "x", "cwd": "/"}}});
        assert!(mcp_servers(&other).expect_err("it is refused").starts_with("`mcpServers.a.cwd` is not a member"));
    }
}
