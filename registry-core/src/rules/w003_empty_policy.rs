//! W003 `empty-policy`: a policy turns the web tools off, and no file of the same entry turns them on again

use crate::check::{Field, Part, Place, Report, Subject};
use crate::model::{Off, WebPolicy};
use crate::template::Value;

use super::leaf::leaves;
use super::{Checked, Rule};

/// What the rule refuses, and why.
pub(crate) const RULE: Rule = Rule {
    code: "W003",
    name: "empty-policy",
    sentence: "a policy turns the web tools off, and no file of the same entry turns them on again",
    example: r#"web: { tools: ["webfetch"], off: [] }"#,
    help: "write what turns them off, or `NoSwitch` or `Untested` with the reason",
    incidents: &[56, 58, 59],
    checked: Checked::Macro,
    allowable: false,
    absence: false,
};

/// Reports policies that do nothing, and settings that undo one.
pub(crate) fn check(cx: &Subject<'_>, report: &mut Report) {
    let agent = cx.agent;
    let web = Place::field(Field::Web);
    match agent.web {
        Some(WebPolicy::Switch { tools, off }) if off.iter().all(is_empty) => {
            let tools = tools.iter().map(|tool| format!("`{tool}`")).collect::<Vec<_>>().join(", ");
            report.add(
                &RULE,
                web,
                format!("the web policy of `{}` is empty and leaves {tools} on", agent.name),
                RULE.help,
            );
        }
        Some(WebPolicy::Switch { tools: [], .. }) => {
            let message = format!("the web policy of `{}` names no tool that it turns off", agent.name);
            report.add(
                &RULE,
                web,
                message,
                "list the names that the agent offers its model in `tools`, or write `NoTools`",
            );
        }
        Some(WebPolicy::NoSwitch { tools: [], .. } | WebPolicy::Untested { tools: [], .. }) => {
            let message = format!("the web policy of `{}` names no tool", agent.name);
            report.add(
                &RULE,
                web,
                message,
                "list the names that the agent offers its model in `tools`, or write `NoTools`",
            );
        }
        _ => {}
    }
    for (place, path, file) in contradictions(cx) {
        report.add(
            &RULE,
            place,
            format!("`{path}` in `{file}` undoes the web policy of `{}`", agent.name),
            "leave the key to the policy",
        );
    }
}

fn is_empty(off: &Off<'_>) -> bool {
    match off {
        Off::File { body, .. } => matches!(body.value(), Some(Value::Object(members)) if members.is_empty()),
        Off::Env(mappings) => mappings.is_empty(),
        Off::Argv(words) => words.is_empty(),
        // It keeps other switches in force and turns nothing off by itself.
        Off::Unset(_) => true,
    }
}

/// The leaves of the entry's files that differ from the policy's in the same file.
fn contradictions<'a>(cx: &Subject<'a>) -> Vec<(Place, String, &'a str)> {
    let mut found = Vec::new();
    for off in cx.agent.web_switches() {
        let Off::File { path: file, body, .. } = off else { continue };
        let policy = body.value().map(|value| leaves(&value)).unwrap_or_default();
        for (index, config) in cx.agent.config.iter().enumerate().filter(|(_, config)| config.path == *file) {
            let Some(value) = config.body.value() else { continue };
            let place = Place::field(Field::Config).item(index).part(Part::Value);
            for leaf in leaves(&value) {
                if policy.iter().any(|ours| ours.path == leaf.path && ours.value != leaf.value) {
                    found.push((place.node(leaf.node), leaf.path, *file));
                }
            }
        }
    }
    found
}
