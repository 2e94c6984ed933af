//! `list` and `show`: what is registered, and one agent whole.

use clap::{Arg, ArgAction, ArgMatches, Command};
use registry_core::model::Registry;
use serde::Serialize;
use serde_json::{Value, json};

use crate::console::print;
use crate::failure::{Failure, Outcome, Status};
use crate::{facts, json, lookup, rendering};

/// The command line of `list`.
pub(crate) fn list_command() -> Command {
    Command::new("list")
        .about("List the agents")
        .after_help("Examples:\n  cargo xtask list\n  cargo xtask list --json | jq -r '.[].name'")
        .arg(as_json())
}

/// The command line of `show`.
pub(crate) fn show_command() -> Command {
    Command::new("show")
        .about("Show one agent whole: its entry, its lock, the size of its scripts")
        .after_help("Examples:\n  cargo xtask show my-agent\n  cargo xtask show my-agent --json | jq .web_off")
        .arg(Arg::new("name").value_name("NAME").required(true).help("An agent, by name or alias"))
        .arg(as_json())
}

fn as_json() -> Arg {
    Arg::new("json").long("json").action(ArgAction::SetTrue).help("Print JSON")
}

/// Runs `list`.
pub(crate) fn list(registry: &Registry<'_>, matches: &ArgMatches) -> Outcome {
    let agents: Vec<Value> =
        registry.agents().into_iter().map(|agent| value(&facts::short(agent))).collect::<Outcome<_>>()?;
    if matches.get_flag("json") {
        print(pretty(&json::sorted(Value::Array(agents)))?)?;
        return Ok(Status::Done);
    }
    let columns = ["name", "aliases", "protocols", "platforms", "web", "summary"];
    let mut rows = vec![columns.map(str::to_owned)];
    rows.extend(agents.iter().map(|agent| columns.map(|column| cell(agent.get(column)))));
    print(table(&rows).trim_end())?;
    Ok(Status::Done)
}

/// Runs `show`.
pub(crate) fn show(registry: &Registry<'_>, matches: &ArgMatches) -> Outcome {
    let agent = lookup::agent(registry, matches.get_one::<String>("name").map_or("", String::as_str))?;
    let mut facts = value(&facts::whole(agent))?;
    let scripts = match rendering::scripts(agent, &rendering::site(None)?) {
        Ok(scripts) => scripts
            .into_iter()
            .map(|it| (it.name.to_owned(), json!(it.text.len())))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        // An agent that cannot be rendered can still be shown.
        Err(error) => json!({"error": error}),
    };
    if let Some(facts) = facts.as_object_mut() {
        facts.insert("script_bytes".to_owned(), scripts);
    }
    let facts = json::sorted(facts);
    if matches.get_flag("json") {
        print(pretty(&facts)?)?;
    } else {
        print(outline(&facts, 0).trim_end())?;
    }
    Ok(Status::Done)
}

fn value(facts: &impl Serialize) -> Outcome<Value> {
    serde_json::to_value(facts).map_err(|error| Failure::new(format!("cannot write JSON: {error}")))
}

/// JSON for programs, indented.
pub(crate) fn pretty(value: &Value) -> Outcome<String> {
    serde_json::to_string_pretty(value).map_err(|error| Failure::new(format!("cannot write JSON: {error}")))
}

fn cell(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Some(Value::Array(items)) if !items.is_empty() => {
            items.iter().map(|it| cell(Some(it))).collect::<Vec<_>>().join(",")
        }
        _ => "-".to_owned(),
    }
}

/// Rows of cells as columns.
pub(crate) fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

/// Facts for people: a line each, nested by indentation; what is empty is left out.
fn outline(value: &Value, depth: usize) -> String {
    let members = value.as_object().into_iter().flatten();
    members.map(|(key, value)| fact(key, value, depth)).collect()
}

fn fact(key: &str, value: &Value, depth: usize) -> String {
    let indent = "  ".repeat(depth);
    match value {
        Value::Null => String::new(),
        Value::Array(items) if items.is_empty() => String::new(),
        Value::String(word) if word.is_empty() => String::new(),
        Value::Object(_) => format!("{indent}{key}\n{}", outline(value, depth + 1)),
        Value::Array(items) if items.iter().any(Value::is_object) => {
            let items: Vec<String> = items.iter().map(|item| format!("\n{indent}  - {item}")).collect();
            format!("{indent}{key}{}\n", items.concat())
        }
        Value::String(word) => format!("{indent}{key}: {}\n", word.trim().replace('\n', &format!("\n{indent}  "))),
        _ => format!("{indent}{key}: {value}\n"),
    }
}
