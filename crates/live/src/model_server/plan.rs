//! The configuration of the server: its address, its host names and its answers.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::Failure;

/// A server to be.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Where the provider is; port 0 for any that is free.
    pub listen: SocketAddr,
    /// TLS of a private CA; without it, plain HTTP.
    #[serde(default)]
    pub tls: Option<Tls>,
    /// The path below which the APIs are; empty or `/` for all of them.
    #[serde(default)]
    pub base_path: String,
    /// The model that the lists of models name.
    pub model: String,
    /// What the agent's shell tool is asked to run.
    pub shell_command: String,
    /// The web tool that is asked for.
    #[serde(default)]
    pub web_tool: Option<String>,
    /// Its arguments; without them they are made from its schema.
    #[serde(default)]
    pub web_arguments: Option<Map<String, Value>>,
    /// Whether it is asked for though it is not among the tools that are offered.
    #[serde(default)]
    pub web_unoffered: bool,
    /// The tool that the agent's own search for tools is asked for.
    #[serde(default)]
    pub searched_tool: Option<String>,
    /// Further addresses, where everything is recorded and nothing is found.
    #[serde(default)]
    pub also_listen: Vec<SocketAddr>,
    /// How it answers.
    #[serde(default)]
    pub mode: Mode,
}

/// The names of a server, and where a client finds its CA.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// What the server is called.
    pub names: Vec<String>,
    /// Where the certificate of the CA is written, as PEM.
    pub ca_out: PathBuf,
}

/// How a server answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// As the APIs do.
    #[default]
    Dialogue,
    /// With status 200 and bytes that are not JSON.
    Garbage,
    /// With status 401, in the form of the API.
    #[serde(rename = "refuse_401")]
    Refuse401,
}

impl Plan {
    /// Reads a plan.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read(path).map_err(|error| {
            Failure::new(format!("cannot read the plan `{}`: {error}", path.display()), "give its path with `--plan`")
        })?;
        let plan: Self = serde_json::from_slice(&text).map_err(|error| {
            let help = "the keys of a plan are described at `registry_live::model_server::Plan`";
            Failure::new(format!("the plan `{}` cannot be used: {error}", path.display()), help)
        })?;
        plan.checked()
    }

    fn checked(mut self) -> Result<Self, Failure> {
        self.base_path.truncate(self.base_path.trim_end_matches('/').len());
        if !self.base_path.is_empty() && !self.base_path.starts_with('/') {
            let message = format!("the base path `{}` does not begin with a slash", self.base_path);
            return Err(Failure::new(message, "write it as in a URL: `/gateway/v1`"));
        }
        if self.tls.as_ref().is_some_and(|tls| tls.names.is_empty()) {
            return Err(Failure::new("a server with TLS has no name", "name it in `tls.names`"));
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Plan, Failure> {
        let file = tempfile::NamedTempFile::new().expect("there is a temporary folder");
        std::fs::write(file.path(), text).expect("a file is written");
        Plan::read(file.path())
    }

    #[track_caller]
    fn check_refused(text: &str, says: &str) {
        let refusal = read(text).expect_err("it is refused");
        assert!(refusal.message.contains(says), "{refusal}");
    }

    #[test]
    fn plan_fields_have_defaults() {
        let plan = read(r#"{"listen":"127.0.0.1:0","base_path":"/a/","model":"m","shell_command":"true"}"#);
        let plan = plan.expect("it is a plan");
        assert_eq!((plan.base_path.as_str(), plan.mode, plan.tls.is_none()), ("/a", Mode::Dialogue, true));
        let plan = read(r#"{"listen":"[::1]:1","model":"m","shell_command":"","mode":"refuse_401"}"#);
        assert_eq!(plan.expect("it is a plan").mode, Mode::Refuse401);
    }

    #[test]
    fn invalid_plan_is_rejected() {
        check_refused("", "EOF");
        check_refused(r#"{"listen":"here","model":"m","shell_command":""}"#, "socket address");
        check_refused(r#"{"listen":"127.0.0.1:0","model":"m","shell_command":"","speed":1}"#, "`speed`");
        check_refused(r#"{"listen":"127.0.0.1:0","model":"m","shell_command":"","base_path":"a"}"#, "`a`");
        let nameless = r#"{"listen":"127.0.0.1:0","model":"m","shell_command":"","tls":{"names":[],"ca_out":"x"}}"#;
        check_refused(nameless, "no name");
    }
}
