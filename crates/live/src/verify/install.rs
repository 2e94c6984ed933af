//! One run of install.sh in a sandbox, and what it reported.

use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::process;
use crate::report::Runtime;
use crate::text::shortened;

/// Settings that an image may have and that must not reach an install: with any of them in force nothing would work.
const HOSTILE: [(&str, &str); 6] = [
    ("HOME", "/root"),
    ("NODE_OPTIONS", "--no-such-option"),
    ("npm_config_registry", "http://127.0.0.1:9/"),
    ("PIP_INDEX_URL", "http://127.0.0.1:9/"),
    ("PYTHONHOME", "/nonexistent"),
    ("OPENAI_API_KEY", "an install has no use for it"),
];

/// Time beyond the script's own deadline: it must end by itself.
const GRACE: Duration = Duration::from_secs(30);

/// What a run of install.sh reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Its exit status.
    pub(crate) status: i32,
    /// The step that failed, by the script's own account.
    pub(crate) step: String,
    /// What it says of it.
    pub(crate) detail: String,
    /// The version that it is about.
    pub(crate) version: String,
    /// Its stamp.
    pub(crate) stamp: String,
    /// What runs the agent.
    pub(crate) runtime: Runtime,
}

/// The environment of a run in a mode.
pub(crate) fn environment(mode: &str) -> Vec<(String, String)> {
    let mode = [("BENCHFLOW_INSTALL_MODE", mode)];
    HOSTILE.into_iter().chain(mode).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The words that run the script, as a harness does: its whole text is one argument. The umask hides what is made from
/// every other user, which the script must not take over.
pub(crate) fn argv(script: &str) -> Vec<String> {
    ["sh", "-c", "umask 077; exec sh -c \"$1\"", "install", script].map(str::to_owned).into()
}

/// Runs it; the message of the error is alone.
pub(crate) async fn run(command: Command, deadline: u32) -> Result<Outcome, String> {
    let limit = Duration::from_secs(u64::from(deadline)) + GRACE;
    let finished = process::run(command, limit).await.map_err(|error| format!("cannot start the sandbox: {error}"))?;
    let Some(status) = finished.status else {
        return Err(format!("it did not end in {} s; last: {}", limit.as_secs(), last(&finished.stderr)));
    };
    read(status, &finished.stderr)
}

/// Reads the report, which is the last line of standard error.
fn read(status: i32, stderr: &str) -> Result<Outcome, String> {
    let line = stderr.lines().next_back().unwrap_or_default();
    let report: Value = serde_json::from_str(line).unwrap_or_default();
    let text = |key: &str| report.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let reported = report.get("status").and_then(Value::as_i64);
    if reported != Some(i64::from(status)) {
        return Err(format!("it ended with {status}, and its last line does not report it: {}", last(stderr)));
    }
    let runtime = match text("runtime").as_str() {
        "official" => Runtime::Real,
        "substituted" => Runtime::Substituted,
        _ => Runtime::Unknown,
    };
    Ok(Outcome {
        status,
        step: text("step"),
        detail: text("detail"),
        version: text("version"),
        stamp: text("stamp"),
        runtime,
    })
}

fn last(stderr: &str) -> String {
    shortened(stderr.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("nothing"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn install_report_is_the_last_output_line() {
        let line =
            r#"{"class":"ok","status":0,"step":"done","detail":"","version":"1.2","stamp":"ab","runtime":"official"}"#;
        let outcome = read(0, &format!("fixture: have node\n{line}\n")).expect("it is a report");
        assert_eq!((outcome.version.as_str(), outcome.stamp.as_str(), outcome.runtime), ("1.2", "ab", Runtime::Real));
        let error = read(3, &format!("{line}\n")).expect_err("the statuses differ");
        assert!(error.contains("ended with 3"), "{error}");
        let error = read(0, "Killed\n\n").expect_err("there is no report");
        assert!(error.contains("Killed"), "{error}");
    }
}
