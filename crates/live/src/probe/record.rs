//! What arrived in a run: the lines of the model server's log, and the names that were looked up.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// What the model server calls an answer as a model gives one.
const ANSWERS: [&str; 2] = ["text", "tool"];

/// The member under which the server records a body that is not JSON.
const BASE64: &str = "base64";

/// All that arrived in a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Record {
    /// The requests, in their order.
    pub(crate) requests: Vec<RecordedRequest>,
    /// The names that were asked for and are in no file of the sandbox.
    pub(crate) names: Vec<String>,
    /// The addresses beyond loopback that were called, with their ports.
    pub(crate) called: std::collections::BTreeSet<String>,
}

/// A request, or a connection that came to none.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct RecordedRequest {
    pub(crate) at_ms: u64,
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
    /// The tool that the server called.
    pub(crate) tool: Option<String>,
}

/// A text, or none: a connection that came to no request has no path.
fn or_nothing<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

impl Record {
    /// Reads a log; a line that cannot be read is the fault of the prober, and is reported.
    pub(crate) fn read(log: &str, names: Vec<String>) -> Result<Self, String> {
        let line = |(index, line): (usize, &str)| {
            serde_json::from_str(line).map_err(|error| format!("line {} of the server's log: {error}", index + 1))
        };
        let lines = log.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        Ok(Self { requests: lines.map(line).collect::<Result<_, _>>()?, names, ..Self::default() })
    }

    /// The calls of a model, wherever they went.
    pub(crate) fn model_calls(&self) -> impl Iterator<Item = &RecordedRequest> {
        self.requests.iter().filter(|it| it.protocol.is_some())
    }
}

impl RecordedRequest {
    /// The value of a header, letters of either case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(it, _)| it.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Every text of the body, decoded: a line break is one character of it. Keys count, since names may be keys, and a
    /// text that is JSON itself is read too, as arguments of tools are.
    pub(crate) fn texts(&self) -> Vec<String> {
        let mut texts = Vec::new();
        // mutant: an encoded body is not read
        match self.encoded().and_then(|it| STANDARD.decode(it).ok()) {
            Some(bytes) => texts.push(String::from_utf8_lossy(&bytes).into_owned()),
            None => collect(&self.body, &mut texts),
        }
        texts
    }

    /// Whether the body holds a text.
    pub(crate) fn says(&self, text: &str) -> bool {
        self.texts().iter().any(|it| it.contains(text))
    }

    /// The encoding of a body that the server could not decode: its content is not known.
    pub(crate) fn unread(&self) -> Option<&str> {
        self.encoded()?;
        self.header("content-encoding").filter(|it| !matches!(*it, "identity" | "gzip" | "deflate"))
    }

    /// The body of a request that is not JSON, as the server records it.
    fn encoded(&self) -> Option<&str> {
        let members = self.body.as_object().filter(|it| it.len() == 1)?;
        members.get(BASE64)?.as_str()
    }

    /// Whether the server answered as a model does.
    pub(crate) fn is_answered(&self) -> bool {
        let answers = |it: &Answered| it.status == 200 && ANSWERS.iter().any(|word| it.kind.contains(word));
        self.answered.as_ref().is_some_and(answers)
    }

    /// The tool that the server called in its answer.
    pub(crate) fn called_tool(&self) -> Option<&str> {
        self.answered.as_ref().filter(|it| it.status == 200)?.tool.as_deref()
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

/// Collects the texts of a value, those of JSON in a text included.
fn collect(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            if text.trim_start().starts_with(['{', '[', '"'])
                && let Ok(inner) = serde_json::from_str(text)
            {
                // mutant: a text within a text is not read
                collect(&inner, into);
            }
            into.push(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|it| collect(it, into)),
        Value::Object(members) => members.iter().for_each(|(key, it)| {
            // mutant: keys are not read
            into.push(key.clone());
            collect(it, into);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
