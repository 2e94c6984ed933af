//! The matrix of the page on agents: a row an agent, a column for each thing that a harness asks for.

use registry_model::model::{Effort, Mcp, McpTransport, McpWay, PermissionKind};

use super::facts::Facts;
use super::text::{anchor, code_list};
use crate::evidence::{TimeRange, Verdict};

/// The heads of the columns behind the agent's name.
const HEADS: [&str; 13] = [
    "no questions",
    "effort",
    "web off",
    "MCP",
    "model by",
    "images",
    "cancel",
    "load",
    "resume",
    "skills",
    "usage",
    "start",
    "first call",
];

/// The table.
pub(crate) fn table(all: &[Facts<'_>]) -> String {
    let head = format!("| agent | {} |\n|---|{}\n", HEADS.join(" | "), "---|".repeat(HEADS.len()));
    let line = |facts: &Facts<'_>| {
        let name = facts.agent.name;
        format!("| [`{name}`](#{}) | {} |\n", anchor(name), row(facts).join(" | "))
    };
    head + &all.iter().map(line).collect::<String>()
}

fn row(facts: &Facts<'_>) -> [String; HEADS.len()] {
    let seen = &facts.evidence;
    let has = |capability: &str, word: &str| {
        let of = seen.behaviour.get("capabilities");
        let has = of.is_some_and(|it| it.iter().any(|(name, value)| name.starts_with(capability) && value != "false"));
        if has { word.to_owned() } else { "-".to_owned() }
    };
    [
        permission(facts),
        effort(facts),
        judged(facts.web(), &seen.web),
        mcp(facts),
        model_by(facts),
        has("promptCapabilities.image", "yes"),
        cancel(facts),
        opened(facts, "load").unwrap_or_else(|| has("loadSession", "reported")),
        opened(facts, "resume").unwrap_or_else(|| has("sessionCapabilities.resume", "reported")),
        skills(facts),
        usage(facts),
        range(seen.times.as_ref().and_then(|it| it.start)),
        range(seen.times.as_ref().and_then(|it| it.first_call)),
    ]
}

/// The way by which it gets its model.
fn model_by(facts: &Facts<'_>) -> String {
    let alone = facts.evidence.set_model_alone(facts.agent) == Some(true);
    format!("{}{}", facts.model_by(), if alone { " alone" } else { "" })
}

/// A range of times.
fn range(range: Option<TimeRange>) -> String {
    range.map_or_else(|| "-".to_owned(), |it| it.to_string())
}

/// What an entry says, with what was seen of it.
fn judged(said: &str, verdict: &Verdict) -> String {
    match verdict {
        Verdict::NotMeasured => said.to_owned(),
        verdict => format!("{said}, {}", verdict.word()),
    }
}

fn permission(facts: &Facts<'_>) -> String {
    let verdict = &facts.evidence.permission;
    let Some(permission) = facts.agent.permission else { return "-".to_owned() };
    match permission.kind() {
        PermissionKind::Switch if permission.mode().is_empty() => judged("by the launcher", verdict),
        PermissionKind::Switch => judged("by a mode", verdict),
        PermissionKind::None => judged("always", verdict),
        PermissionKind::Untested => "untested".to_owned(),
    }
}

fn effort(facts: &Facts<'_>) -> String {
    match facts.agent.effort {
        Some(Effort::Levels(levels)) => judged(&code_list(levels.iter().copied()), &facts.evidence.effort),
        Some(Effort::None(_)) => "none".to_owned(),
        Some(Effort::Untested(_)) => "untested".to_owned(),
        None => "-".to_owned(),
    }
}

fn mcp(facts: &Facts<'_>) -> String {
    match facts.agent.mcp {
        Some(mcp @ Mcp::Servers { .. }) => {
            let by_file = |it: &McpTransport| mcp.way(*it) == Some(McpWay::File);
            let shown = |it: McpTransport| format!("{}{}", it.word(), if by_file(&it) { " (file)" } else { "" });
            let all: Vec<String> = mcp.transports().into_iter().map(shown).collect();
            judged(&all.join(", "), &facts.evidence.mcp)
        }
        Some(Mcp::None(_)) => "none".to_owned(),
        Some(Mcp::Untested(_)) => "untested".to_owned(),
        None => "-".to_owned(),
    }
}

/// A fact of the run that cancels a turn and opens the session again; none before that was measured.
fn lifecycle<'a>(facts: &'a Facts<'_>, fact: &str) -> Option<&'a str> {
    facts.evidence.behaviour.get("lifecycle")?.get(fact).map(String::as_str)
}

/// Whether `session/cancel` ends a turn, and the next prompt is answered.
fn cancel(facts: &Facts<'_>) -> String {
    let Some(cancel) = lifecycle(facts, "cancel") else { return "-".to_owned() };
    let goes_on = lifecycle(facts, "after cancel") == Some("the next prompt is answered");
    match cancel.strip_prefix("ends the turn") {
        Some(" with `cancelled`") if goes_on => "yes".to_owned(),
        Some(how) if goes_on => format!("yes,{how}"),
        Some(_) => "ends the session".to_owned(),
        None => cancel.to_owned(),
    }
}

/// What a session has when it is opened again in a new process.
fn opened(facts: &Facts<'_>, way: &str) -> Option<String> {
    Some(match lifecycle(facts, way)? {
        "restores the dialogue" => "yes".to_owned(),
        other if other.starts_with("is refused") => "reported, refused".to_owned(),
        other => format!("reported, {other}"),
    })
}

/// Whether a skill in the entry's folder is offered to the model.
fn skills(facts: &Facts<'_>) -> String {
    match lifecycle(facts, "skill") {
        Some("is offered to the model") => "offered".to_owned(),
        Some(other) => other.to_owned(),
        None => "-".to_owned(),
    }
}

/// How it reports what a turn used: by an update of the session, or in its answer.
fn usage(facts: &Facts<'_>) -> String {
    let Some(usage) = facts.evidence.behaviour.get("usage") else { return "-".to_owned() };
    let update = usage.contains_key("usage_update").then_some("update");
    let answer = usage.keys().any(|it| it.starts_with("usage.")).then_some("answer");
    let told: Vec<&str> = update.into_iter().chain(answer).collect();
    if told.is_empty() { "-".to_owned() } else { told.join(", ") }
}
