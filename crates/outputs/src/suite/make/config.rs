//! The configuration of a run: a YAML file for each agent.

use serde::Serialize;

use super::{Member, head, told};
use crate::File;

/// The tasks of every run.
const TASKS: [&str; 9] = [
    "jax-computing-basics",
    "python-scala-translation",
    "jpg-ocr-stat",
    "grid-dispatch-operator",
    "threejs-to-obj",
    "data-to-d3",
    "lake-warming-attribution",
    "weighted-gdp-calc",
    "shock-analysis-supply",
];

/// The environment of a run; the runner checks its key first.
pub(super) const ENVIRONMENT: &str = "daytona";

#[derive(Debug, Serialize)]
struct Config<'a> {
    source: Source,
    jobs_dir: String,
    agent: &'a str,
    model: &'a str,
    environment: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage_tracking: Option<&'static str>,
    concurrency: u32,
    max_retries: u32,
    include: [&'static str; 9],
}

/// The source of the tasks.
#[derive(Debug, Serialize)]
struct Source {
    repo: &'static str,
    path: &'static str,
    r#ref: &'static str,
}

/// The configuration of an agent.
pub(super) fn file(member: &Member<'_>) -> Result<File, String> {
    let name = member.agent.name;
    let config = Config {
        source: Source { repo: "benchflow-ai/skillsbench", path: "tasks", r#ref: "main" },
        jobs_dir: format!("jobs/integration/{name}"),
        agent: name,
        model: &member.model,
        environment: ENVIRONMENT,
        usage_tracking: (!member.suite.usage_tracking).then_some("off"),
        concurrency: 64,
        max_retries: 1,
        include: TASKS,
    };
    let body = serde_yaml::to_string(&config).map_err(|error| format!("`{name}` has no configuration: {error}"))?;
    Ok(File::new(format!("configs/{name}.yaml"), format!("{}{}", head(&what(member)), explained(&body))))
}

fn what(member: &Member<'_>) -> String {
    format!("The integration suite of {}; it needs {} on the host.", member.agent.name, told(&member.needs))
}

/// The text with a comment before each member that needs one.
fn explained(body: &str) -> String {
    let mut text = String::new();
    for line in body.lines() {
        let comment = match line.split_once(':').map_or("", |(key, _)| key) {
            "model" => "# The checker compares it exactly with the model of each run.".to_owned(),
            "usage_tracking" => {
                "# Calls still go through the gateway; a run does not fail when no usage is counted.".to_owned()
            }
            _ => String::new(),
        };
        if !comment.is_empty() {
            text.extend([comment.as_str(), "\n"]);
        }
        // A YAML 1.1 parser reads the bare word as `false`.
        let line = if line == "usage_tracking: off" { "usage_tracking: \"off\"" } else { line };
        text.extend([line, "\n"]);
    }
    text
}
