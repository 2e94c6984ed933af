//! What ends a dialogue before its time, and the errors of JSON-RPC.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use crate::text::shortened;

/// The version of the protocol that is spoken.
const VERSION: u16 = 1;

/// What ends a dialogue before its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DialogueError {
    /// No answer in time.
    Late {
        /// What was asked.
        method: String,
        /// The limit.
        seconds: u64,
    },
    /// The process ended, or closed its output.
    Ended {
        /// What was asked.
        method: String,
        /// Its exit status, where it has one.
        status: Option<i32>,
    },
    /// A line of standard output that is not a message.
    Garbage {
        /// The line, cut off.
        line: String,
    },
    /// An error in the place of an answer.
    Refused {
        /// What was asked.
        method: String,
        /// The error.
        error: Box<RpcError>,
    },
    /// `initialize` is answered in a version of the protocol that was not asked for: all that follows is different.
    Version {
        /// The answer.
        answer: Box<Value>,
    },
    /// The connection itself.
    Connection(String),
}

impl DialogueError {
    /// What a message of the agent breaks by itself: one that is none, and an answer in another version.
    pub(super) fn of_line(line: &str) -> Option<Self> {
        let Some(message) = serde_json::from_str::<Value>(line).ok().filter(Value::is_object) else {
            return Some(Self::Garbage { line: shortened(line) });
        };
        // The library reports another version as if the agent had refused the request.
        let answer = message.get("result")?;
        let other = answer.get("protocolVersion").is_some_and(|it| !it.is_null() && *it != VERSION);
        other.then(|| Self::Version { answer: Box::new(answer.clone()) })
    }
}

/// How an agent names itself: version 2 has `info` in the place of `agentInfo`.
pub(crate) fn about(started: &Value) -> &Value {
    started.get("agentInfo").or_else(|| started.get("info")).unwrap_or(&Value::Null)
}

/// An error of JSON-RPC, as the agent gave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RpcError {
    /// Its code.
    pub code: i32,
    /// Its message.
    pub message: String,
    /// Its data, where there is any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
}

impl fmt::Display for RpcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, self.message)?;
        self.data.as_ref().map_or(Ok(()), |data| write!(f, " ({})", shortened(&data.to_string())))
    }
}

impl fmt::Display for DialogueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Late { method, seconds } => write!(f, "no answer to `{method}` in {seconds} s"),
            Self::Ended { method, status: Some(status) } => {
                write!(f, "the agent ended with {status} before it answered `{method}`")
            }
            Self::Ended { method, status: None } => {
                write!(f, "the agent closed its output before it answered `{method}`")
            }
            Self::Garbage { line } => write!(f, "standard output has a line that is not a message: `{line}`"),
            Self::Refused { method, error } => write!(f, "`{method}` is refused: {error}"),
            Self::Version { answer } => {
                let speaks = answer.get("protocolVersion").map_or_else(String::new, |it| shortened(&it.to_string()));
                let part = |key: &str| about(answer).get(key).and_then(Value::as_str);
                let name: Vec<&str> = [part("name"), part("version")].into_iter().flatten().collect();
                let name = if name.is_empty() { "it".to_owned() } else { format!("`{}`", shortened(&name.join(" "))) };
                write!(f, "{name} speaks version {speaks} of ACP alone, and version {VERSION} was asked for")
            }
            Self::Connection(message) => write!(f, "the connection failed: {message}"),
        }
    }
}

impl core::error::Error for DialogueError {}
