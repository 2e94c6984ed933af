//! `show`: prints everything about one agent. As text: its entry, lock, script sizes and evidence; as JSON: all facts.

use clap::{Arg, ArgMatches, Command};
use registry_model::model::{Agent, Registry, Target};
use registry_outputs::entry;
use registry_outputs::evidence::{Evidence, Verdict};
use serde_json::{Value, json};

use crate::list::{as_json, evidence, pretty, value, verdicts_json};
use crate::{facts, json, rendering};
use registry_command::console::print;
use registry_command::failure::{Outcome, Status};
use registry_command::lookup;
use registry_command::text::count;
pub(crate) fn command() -> Command {
    Command::new("show")
        .about("Show one agent: its entry, its lock, the size of its scripts, its evidence")
        .after_help("Examples:\n  cargo xtask show my-agent\n  cargo xtask show my-agent --json | jq .web_off")
        .arg(Arg::new("name").value_name("NAME").required(true).help("An agent, by name or alias"))
        .arg(as_json())
}
pub(crate) fn run(registry: &Registry<'_>, matches: &ArgMatches) -> Outcome {
    let agent = lookup::agent(registry, matches.get_one::<String>("name").map_or("", String::as_str))?;
    // An agent that cannot be rendered can still be shown.
    let scripts = rendering::scripts(agent, &rendering::site(None)?)
        .map(|all| all.into_iter().map(|it| (it.name, it.text.len())).collect::<Vec<_>>());
    let evidence = evidence(registry, agent)?;
    if matches.get_flag("json") {
        let mut facts = value(&facts::whole(agent, &evidence)?)?;
        if let Some(facts) = facts.as_object_mut() {
            facts.insert("script_bytes".to_owned(), sizes_json(&scripts));
            facts.insert("verdicts".to_owned(), verdicts_json(&evidence));
        }
        print(pretty(&json::sorted(facts))?)?;
    } else {
        let mut parts = vec![("lock", lock(agent)?), ("scripts", sizes(&scripts)), ("evidence", seen(&evidence))];
        parts.retain(|(_, lines)| !lines.is_empty());
        let parts: String = parts.iter().map(|(what, lines)| section(what, lines)).collect();
        print(format!("{}\n{}", entry::text(agent), parts.trim_end()))?;
    }
    Ok(Status::Done)
}

/// A section: a title with its lines.
fn section(what: &str, lines: &[String]) -> String {
    let label = |index: usize| if index == 0 { what } else { "" };
    let line = |(index, line): (usize, &String)| format!("{:<9} {line}\n", label(index));
    lines.iter().enumerate().map(line).collect()
}

fn lock(agent: &Agent<'_>) -> Outcome<Vec<String>> {
    let lock = agent.read_lock()?;
    let mut lines = lock.pins();
    let files = lock.npm.len() + lock.wheels.len();
    if files > 0 {
        lines.push(format!("{} with a checksum each", count(files, "file")));
    }
    for it in &lock.unavailable {
        lines.push(format!(
            "unavailable on {} since {}: {}",
            it.target.map_or("every target", Target::id),
            it.date,
            it.cause
        ));
    }
    Ok(lines)
}

type Sizes = Result<Vec<(&'static str, usize)>, String>;

fn sizes(scripts: &Sizes) -> Vec<String> {
    match scripts {
        Ok(all) => vec![all.iter().map(|(name, bytes)| format!("{name} {bytes} bytes")).collect::<Vec<_>>().join(", ")],
        Err(error) => vec![error.clone()],
    }
}

fn sizes_json(scripts: &Sizes) -> Value {
    match scripts {
        Ok(all) => all.iter().map(|(name, bytes)| ((*name).to_owned(), json!(bytes))).collect(),
        Err(error) => json!({"error": error}),
    }
}

fn seen(evidence: &Evidence) -> Vec<String> {
    let verdicts = evidence.verdicts();
    if verdicts.iter().all(|(_, verdict)| **verdict == Verdict::NotMeasured) {
        return vec![format!("{}; `cargo xtask probe --write` measures it", Verdict::NotMeasured.word())];
    }
    let line = |(what, verdict): (&str, &Verdict)| {
        let detail = if verdict.detail().is_empty() { String::new() } else { format!(": {}", verdict.detail()) };
        format!("{what:<11} {}{detail}", verdict.word())
    };
    let mut lines: Vec<String> = verdicts.into_iter().map(line).collect();
    for (what, range) in evidence.times.iter().flat_map(|it| [("start", it.start), ("first call", it.first_call)]) {
        lines.extend(range.map(|range| format!("{what:<11} {range}")));
    }
    lines.extend(evidence.times.iter().map(|it| format!("times on {}", it.machine())));
    if !evidence.date.is_empty() {
        lines.push(format!("measured on {}", evidence.date));
    }
    lines
}
