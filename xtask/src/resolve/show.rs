//! Prints a resolution as text and as JSON.

use std::fmt::Write as _;

use registry_model::model::{LoginSource, Owner, WithoutWeb};
use registry_routing::{File, MASK, OfferedServer, Origin, Refusal, Resolution, Sandbox, Server};
use serde_json::{Value, json};

use crate::list::pretty;
use registry_command::failure::{Outcome, Status};
use registry_command::text::table;

/// The variable of the base URL.
const BASE_URL: &str = "BENCHFLOW_PROVIDER_BASE_URL";

/// The options for printing a resolution.
pub(crate) struct View<'v> {
    /// The model reference, as it was given.
    pub(crate) model: &'v str,
    /// The sandbox of the agent.
    pub(crate) sandbox: &'v Sandbox,
    /// Whether secrets are printed as text.
    pub(crate) show_secrets: bool,
    /// The MCP servers that the client passes over ACP; none where it was not given any.
    pub(crate) servers: Option<Vec<OfferedServer>>,
}

impl View<'_> {
    /// The text: the variables, the model id, the files.
    pub(crate) fn text(&self, found: &Resolution<'_>) -> Result<String, Refusal> {
        let mut text = format!("{} with {}: {}\n\n", found.agent.name, self.model, server(found));
        text.push_str(&table(&self.rows(found)));
        for line in notes(found) {
            let _ = write!(text, "\n{line}\n");
        }
        for server in self.servers.iter().flatten() {
            let member = if self.show_secrets { &server.member } else { &server.masked };
            let _ = write!(text, "\nMCP server, which the client passes in session/new: {member}\n");
        }
        // Without a model id, the content of the files would be a guess.
        if found.acp_model_id.is_ok() {
            for file in found.files(self.sandbox, self.show_secrets)? {
                let _ = write!(text, "\n{} ({}, {})\n", file.path, file.format.word(), owner(&file));
                for line in file.content.lines() {
                    text.push_str(format!("    {line}").trim_end());
                    text.push('\n');
                }
            }
        }
        Ok(text)
    }

    fn rows(&self, found: &Resolution<'_>) -> Vec<[String; 3]> {
        let mut rows = vec![["variable", "from", "value"].map(str::to_owned)];
        rows.extend(found.variables.iter().map(|(name, variable)| {
            let hidden = !self.show_secrets && found.is_secret(name);
            let value = if hidden { MASK.to_owned() } else { printable(&variable.value) };
            [name.to_string(), variable.origin.to_string(), value]
        }));
        rows
    }

    /// The JSON for programs, with its exit status.
    pub(crate) fn json(&self, resolved: Result<Resolution<'_>, Refusal>) -> Outcome<(String, Status)> {
        let whole = resolved.and_then(|found| {
            let files = match &found.acp_model_id {
                Ok(_) => found.files(self.sandbox, true)?,
                Err(_) => Vec::new(),
            };
            Ok((self.facts(&found, &files), found.acp_model_id.is_err()))
        });
        let (value, refused) = whole.unwrap_or_else(|refusal| (json!({"error": fault(&refusal)}), true));
        Ok((pretty(&crate::json::sorted(value))?, Status::found(refused)))
    }

    fn facts(&self, found: &Resolution<'_>, files: &[File]) -> Value {
        let map = |value: &dyn Fn(&str) -> Value| -> Value {
            found.variables.keys().map(|name| (name.to_string(), value(name))).collect::<serde_json::Map<_, _>>().into()
        };
        let of = |name: &str| found.variables.get(name);
        json!({
            "agent": found.agent.name,
            "model": self.model,
            "server": found.server.name(),
            "set": map(&|name| of(name).map_or(Value::Null, |it| json!(it.value))),
            "from": map(&|name| of(name).map_or(Value::Null, |it| json!(it.origin.to_string()))),
            "secrets": found.variables.keys().filter(|name| found.is_secret(name)).collect::<Vec<_>>(),
            "acp_model_id": found.acp_model_id.as_ref().ok(),
            "acp_model_error": found.acp_model_id.as_ref().err().map(fault),
            "model_via": found.agent.model.via.id(),
            "login": login(found),
            "credential_file": found.credential_file.map(|it| json!({"content_of": it.content, "path": it.path})),
            "withheld": found.withheld,
            "unused": found.unused,
            "idle": found.idle.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
            "only_in_files": only_in_files(found),
            "web_off": found.choice.web == WithoutWeb::All,
            "hosted_off": found.choice.web != WithoutWeb::Nothing,
            "ask": found.choice.ask,
            "acp_mode": found.acp_mode(),
            "mcp_servers": self.servers.as_ref().map(|all| all.iter().map(|it| &it.member).collect::<Vec<_>>()),
            "files": files.iter().map(|file| json!({
                "path": file.path, "format": file.format.word(), "whole": file.owner == Owner::Whole,
                "content": file.content,
            })).collect::<Vec<_>>(),
        })
    }
}

/// A refusal for programs.
pub(crate) fn fault(refusal: &Refusal) -> Value {
    json!({"kind": refusal.kind(), "message": refusal.to_string(), "name": refusal.name()})
}

fn server(found: &Resolution<'_>) -> String {
    match &found.server {
        Server::Provider(provider, endpoint) => format!("{}, {}", provider.name, endpoint.protocol.id()),
        Server::Family(family) => match found.variables.get(BASE_URL).map(|it| it.origin) {
            None => format!("{}, which the agent knows by itself", family.namespace),
            Some(Origin::Copied(_, variable)) => format!("{}, at {variable}", family.namespace),
            Some(_) => format!("{}, at {BASE_URL}", family.namespace),
        },
        Server::Gateway { alias } => format!("the gateway, as {}", printable(alias)),
        Server::Named => "the server at BENCHFLOW_PROVIDER_BASE_URL".to_owned(),
    }
}

/// Notes about the model id, the credential, and variables that are not passed on.
fn notes(found: &Resolution<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if let Ok(id) = &found.acp_model_id {
        notes.push(format!("model id: {}, by {}", printable(id), found.agent.model.via.id()));
    }
    notes.extend(found.acp_mode().map(|id| format!("mode: {}, which the client sets over ACP", printable(id))));
    notes.extend(found.login.map(|it| match it.source {
        LoginSource::Files(files) => format!("log-in: {}, from the host", files.join(", ")),
        LoginSource::Variable(name) => format!("log-in: {name}"),
    }));
    notes.extend(found.credential_file.map(|it| format!("{} is written from {}", it.path, it.content)));
    if !found.withheld.is_empty() {
        notes.push(format!("not passed on, since another provider owns it: {}", found.withheld.join(", ")));
    }
    let idle = |(name, source): &(&str, String)| {
        format!("{name} is not used, since the agent's files have {source}; set that")
    };
    notes.extend(found.idle.iter().map(idle));
    notes.extend(found.unused.map(|name| {
        format!(
            "not used, since the base URL of `{}` is known: {name}; `--env {name}=URL` uses it",
            found.server.name()
        )
    }));
    let only_in_files = only_in_files(found);
    if !only_in_files.is_empty() {
        notes.push(format!("its files have them, its process does not get them: {}", only_in_files.join(", ")));
    }
    notes
}

/// The variables that the launcher removes from the environment before it starts the agent.
fn only_in_files<'a>(found: &'a Resolution<'_>) -> Vec<&'a str> {
    found.agent.withheld().filter(|name| found.variables.contains_key(*name)).collect()
}

fn login(found: &Resolution<'_>) -> Value {
    match found.login.map(|it| it.source) {
        Some(LoginSource::Files(files)) => json!({"files": files}),
        Some(LoginSource::Variable(name)) => json!({"variable": name}),
        None => Value::Null,
    }
}

fn owner(file: &File) -> &'static str {
    match file.owner {
        Owner::Keys => "merged into the existing file",
        Owner::Whole => "written whole",
    }
}

/// A value on one line, with escaped control characters.
fn printable(value: &str) -> String {
    if value.chars().any(char::is_control) { value.escape_debug().to_string() } else { value.to_owned() }
}
