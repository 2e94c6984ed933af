//! What arrived in a run: the lines of the model server's log, and the names that were looked up.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// What the model server calls an answer as a model gives one.
const ANSWERS: [&str; 2] = ["text", "tool"];

/// All that arrived in a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Record {
    /// The requests, in their order.
    pub(crate) requests: Vec<Request>,
    /// The names that were asked for and stand in no file of the sandbox.
    pub(crate) names: Vec<String>,
    /// The addresses beyond loopback that were called, with their ports.
    pub(crate) called: std::collections::BTreeSet<String>,
}

/// A request, or a connection that came to none.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Request {
    pub(crate) listener: String,
    #[serde(deserialize_with = "or_nothing")]
    pub(crate) scheme: String,
    pub(crate) sni: Option<String>,
    pub(crate) method: Option<String>,
    pub(crate) host: Option<String>,
    #[serde(deserialize_with = "or_nothing")]
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Value,
    pub(crate) protocol: Option<String>,
    pub(crate) model: Option<String>,
    pub(crate) tools: Vec<String>,
    pub(crate) tool_results: Vec<String>,
    pub(crate) answered: Option<Answered>,
    pub(crate) error: Option<String>,
}

/// What the server answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    #[serde(deserialize_with = "or_nothing")]
    pub(crate) kind: String,
}

/// A text, or none: a connection that came to no request has no path.
fn or_nothing<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

impl Record {
    /// Reads a log; a line that cannot be read is the fault of the prober, and told.
    pub(crate) fn read(log: &str, names: Vec<String>) -> Result<Self, String> {
        let line = |(index, line): (usize, &str)| {
            serde_json::from_str(line).map_err(|error| format!("line {} of the server's log: {error}", index + 1))
        };
        let lines = log.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        Ok(Self { requests: lines.map(line).collect::<Result<_, _>>()?, names, ..Self::default() })
    }

    /// The calls of a model, wherever they went.
    pub(crate) fn model_calls(&self) -> impl Iterator<Item = &Request> {
        self.requests.iter().filter(|it| it.protocol.is_some())
    }
}

impl Request {
    /// The value of a header, letters of either case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(it, _)| it.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The whole body as text.
    pub(crate) fn body(&self) -> String {
        self.body.as_str().map_or_else(|| self.body.to_string(), str::to_owned)
    }

    /// Whether the server answered as a model does.
    pub(crate) fn is_answered(&self) -> bool {
        let answers = |it: &Answered| it.status == 200 && ANSWERS.iter().any(|word| it.kind.contains(word));
        self.answered.as_ref().is_some_and(answers)
    }

    /// Whether the server answered with a call of a tool.
    pub(crate) fn asks_for_a_tool(&self) -> bool {
        self.answered.as_ref().is_some_and(|it| it.status == 200 && it.kind.contains("tool"))
    }

    /// The host that it was for: by the name of its connection, or by what it says.
    pub(crate) fn to(&self) -> &str {
        let named = self.sni.as_deref().or(self.host.as_deref());
        named.filter(|it| !it.is_empty()).unwrap_or(&self.listener)
    }

    /// What it is, in a line.
    pub(crate) fn describe(&self) -> String {
        let Some(method) = &self.method else {
            return format!("a connection for {}: {}", self.to(), self.error.as_deref().unwrap_or("no request"));
        };
        let host = self.host.as_deref().unwrap_or(&self.listener);
        format!("{method} {}://{host}{}", self.scheme, self.path)
    }
}
