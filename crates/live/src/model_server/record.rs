//! The record: one JSON object a line for each request, and for each connection that brought none.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Failure;

/// What arrived, and what was answered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Its number, from 1, in the order in which requests were whole.
    pub n: u64,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// The address where it arrived.
    pub listener: String,
    /// `https` or `http`.
    pub scheme: String,
    /// The name that TLS asked for.
    pub sni: Option<String>,
    /// The method; none for a connection that brought no request.
    pub method: Option<String>,
    /// The host that was asked, with its port.
    pub host: String,
    /// The path, as it was sent.
    pub path: String,
    /// The query, as it was sent.
    pub query: String,
    /// The headers, their names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body: JSON, or `{"base64": …}` for one that is none, or null for none at all.
    pub body: Value,
    /// The API protocol, as far as the path shows it.
    pub protocol: Option<String>,
    /// The model, as the body or the path names it.
    pub model: Option<String>,
    /// The names of the tools that are offered.
    pub tools: Vec<String>,
    /// The outputs of tools that the request carries.
    pub tool_results: Vec<String>,
    /// Whether the answer is asked for as a stream.
    pub stream: bool,
    /// What was answered.
    pub answered: Option<Answered>,
    /// Why there is no request, or why it is not whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What was answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// The status.
    pub status: u16,
    /// What it was: `text`, `tool_call`, `models`, `count`, `garbage` or `error`.
    pub kind: String,
    /// The tool that was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
}

/// The file of records.
#[derive(Debug)]
pub(crate) struct Log {
    file: Mutex<(File, u64)>,
}

impl Log {
    /// Opens it for its owner alone: requests hold keys and prompts.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path).map_err(|error| {
            let message = format!("cannot write the record `{}`: {error}", path.display());
            Failure::new(message, "give a place for it with `--log`")
        })?;
        Ok(Self { file: Mutex::new((file, 0)) })
    }

    /// Adds a record, with its number and time, before the answer is sent: who has the answer finds the record.
    pub(crate) fn write(&self, mut record: Record) {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.1 += 1;
        record.n = file.1;
        record.at_ms = now();
        let Ok(mut line) = serde_json::to_vec(&record) else { return };
        line.push(b'\n');
        if let Err(error) = file.0.write_all(&line).and_then(|()| file.0.flush()) {
            // The judge of the record must not take a missing line for a missing request.
            let _ = writeln!(std::io::stderr(), "model-server: request {} is not recorded: {error}", record.n);
        }
    }
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
