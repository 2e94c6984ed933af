//! What ends a dialogue before its time, and the errors of JSON-RPC.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use crate::text::shortened;

/// What ends a dialogue before its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
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
    /// A line of standard output that is no message.
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
    /// The connection itself.
    Connection(String),
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

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Late { method, seconds } => write!(f, "no answer to `{method}` in {seconds} s"),
            Self::Ended { method, status: Some(status) } => {
                write!(f, "the agent ended with {status} before it answered `{method}`")
            }
            Self::Ended { method, status: None } => {
                write!(f, "the agent closed its output before it answered `{method}`")
            }
            Self::Garbage { line } => write!(f, "standard output holds what is no message: `{line}`"),
            Self::Refused { method, error } => write!(f, "`{method}` is refused: {error}"),
            Self::Connection(message) => write!(f, "the connection failed: {message}"),
        }
    }
}

impl core::error::Error for Fault {}
